import { fault } from '../../contracts/errors.js';
import { allowInputs } from './allow-inputs.js';
import { fileInput } from './file-input.js';
import { httpInput } from './http-input.js';
import { withPlaylists } from './playlist-input.js';
import { s3Input } from './s3-input.js';
import type { InputScheme, MediaInputs } from './media-inputs.js';
import type { S3Options } from '../s3/s3-connection.js';

export interface MediaInputsOptions {
  s3: S3Options;
  /** Ranges of web addresses that may be asked, beside the public ones. */
  allowNetworks: readonly string[];
  /** In which files of this machine may be read; none where it is empty. */
  allowFolders: readonly string[];
  /** Below which addresses objects and web addresses must be; any where it is empty. */
  allowAddresses?: readonly string[];
  maxBytes: number;
}

export function openMediaInputs({
  s3,
  allowNetworks,
  allowFolders,
  allowAddresses = [],
  maxBytes,
}: MediaInputsOptions): MediaInputs {
  const assertAllowed = allowInputs(allowAddresses);
  const http = httpInput({ allowNetworks });
  const schemes: Readonly<Record<string, InputScheme>> = {
    's3:': s3Input(s3),
    'http:': http,
    'https:': http,
    'file:': fileInput({ allowFolders }),
  };
  const files = withPlaylists({
    inspect: async (url, options) => schemeOf(url).inspect(url, options),
    read: async (url, options) => schemeOf(url).read(url, options),
    close: () => Object.values(schemes).forEach((scheme) => scheme.close()),
  });

  return {
    async inspect(url, options) {
      const { version } = await files.inspect(url, options);
      if (version.sizeBytes === 0) throw fault('input-empty', `${url} has no bytes`);
      if (version.sizeBytes <= maxBytes) return version;
      throw fault('input-too-large', `${url}: expected at most ${maxBytes} bytes, got ${version.sizeBytes}`);
    },
    read: (url, options) => files.read(url, options),
    async close() {
      files.close();
    },
  };

  function schemeOf(url: string): InputScheme {
    const scheme = URL.canParse(url) ? schemes[new URL(url).protocol] : undefined;
    if (scheme) {
      assertAllowed(url);
      return scheme;
    }
    throw fault('input-url-invalid', `${url}: expected a URL of ${Object.keys(schemes).join(', ')}`);
  }
}

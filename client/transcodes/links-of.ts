import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';

export interface OutputLink extends Pick<TranscodeOutput, 'kind' | 'path' | 'key' | 'rendition' | 'contentType'> {
  url: string;
}

interface LinkOptions {
  store: Pick<ObjectStore, 'url'>;
  /** Makes an address that anybody may read for so many seconds; without it links are those of the store itself. */
  presign?(key: string, options: { expiresS: number }): Promise<string>;
  expiresS?: number;
}

const EXPIRES_S = 3600;

/** Where the outputs of a manifest are. */
export const linksOf = (
  { outputs }: TranscodeManifest,
  { store, presign, expiresS = EXPIRES_S }: LinkOptions,
): Promise<OutputLink[]> =>
  Promise.all(
    outputs.map(async ({ kind, path, key, rendition, contentType }) => ({
      ...{ kind, path, key, contentType },
      ...(rendition === undefined ? {} : { rendition }),
      url: presign ? await presign(key, { expiresS }) : store.url(key),
    })),
  );

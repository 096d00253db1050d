import { lookup } from 'node:dns/promises';
import { isPublicAddress } from '../adapters/http/public-address.js';
import { fault } from '../contracts/errors.js';
import { redact } from '../contracts/redact.js';

interface GuardOptions {
  allowPrivate: boolean;
  allowFile: boolean;
}

/**
 * Rejects a source that this host must not pull: a local file unless allowed, and a name with any address inside the
 * network unless allowed. It is the first line only: ffmpeg resolves the name again, so the network must guard itself too.
 */
export function createSourceGuard({ allowPrivate, allowFile }: GuardOptions): (source: string) => Promise<void> {
  return async (source) => {
    const url = new URL(source);
    if (url.protocol === 'file:') {
      if (allowFile) return;
      throw fault(
        'source-scheme-unsupported',
        'source scheme "file" is for tests and demonstrations: expected rtmp, http or rtsp; REELAY_SOURCES_ALLOW_FILE=1 allows it',
      );
    }
    if (allowPrivate) return;
    for (const address of await addressesOf(url)) {
      if (isPublicAddress(address)) continue;
      throw fault(
        'source-address-forbidden',
        `${redact(source)} resolves to ${address}, which is inside the network: expected a public address; REELAY_SOURCES_ALLOW_PRIVATE=1 allows others`,
      );
    }
  };
}

async function addressesOf(url: URL): Promise<string[]> {
  try {
    const found = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { all: true });
    return found.map(({ address }) => address);
  } catch {
    return []; // Nobody to protect: ffmpeg will not find it either, and says so with the right code.
  }
}

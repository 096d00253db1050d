import { defined } from '../../contracts/defined.js';
import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';
import type { Reelay } from '../connect.js';

export interface OutputLink extends Pick<TranscodeOutput, 'kind' | 'path' | 'key' | 'rendition' | 'contentType'> {
  url: string;
}

interface LinkOptions {
  manifest: TranscodeManifest;
  /** Makes an address that anybody may read for so many seconds; without it links are those of the store itself. */
  presign?(key: string, options: { expiresS: number }): Promise<string>;
  expiresS?: number;
}

const EXPIRES_S = 3600;

/** Where the outputs of a manifest are. */
export async function linksOf(
  reelay: Reelay,
  { manifest, presign, expiresS = EXPIRES_S }: LinkOptions,
): Promise<OutputLink[]> {
  const { store } = await reelay.adapters();
  return Promise.all(
    manifest.outputs.map(async ({ kind, path, key, rendition, contentType }) => ({
      kind,
      path,
      key,
      contentType,
      ...defined({ rendition }),
      url: presign ? await presign(key, { expiresS }) : store.url(key),
    })),
  );
}

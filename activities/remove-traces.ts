import type { LargeObjects } from '../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { outputKey, workPrefix } from '../contracts/keys.js';
import { readManifest } from '../records/read-manifest.js';
import type { RemoveInput } from '../contracts/transcode-work.js';
import { removeWithUploads } from './transcode/remove-with-uploads.js';

interface Deps {
  store: ObjectStore;
  large: LargeObjects;
}

/** Takes away what nobody is to find: pieces of a task that is done, and outputs that no manifest came to name. */
export const createRemoveTraces = ({ store, large }: Deps) =>
  async function removeTraces({ settings, what, unit, outputPrefix }: RemoveInput): Promise<void> {
    if (what.includes('work')) await removeWithUploads({ store, large }, workPrefix(settings));
    if (!what.includes('outputs') || unit === undefined || outputPrefix === undefined) return;
    if ((await readManifest(store, outputPrefix))?.unit === unit) return;
    await removeWithUploads({ store, large }, outputKey(outputPrefix, { unit, path: '' }));
    await large.abandonUploads({ prefix: workPrefix(settings), beforeMs: Date.now() });
  };

import type { LargeObjects } from '../../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { removeBelow } from '../../records/remove-below.js';

/** Removes all objects and unfinished uploads below a prefix. */
export async function removeWithUploads(
  { store, large }: { store: Pick<ObjectStore, 'list'>; large: Pick<LargeObjects, 'remove' | 'abandonUploads'> },
  prefix: string,
): Promise<void> {
  await large.abandonUploads({ prefix, beforeMs: Date.now() });
  await removeBelow({ store, objects: large }, prefix);
}

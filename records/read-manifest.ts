import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { jsonOf } from '../contracts/json-of.js';
import { manifestKey } from '../contracts/keys.js';
import { manifestSchema, type TranscodeManifest } from '../contracts/manifest.js';
import { isRequestHash } from '../contracts/request-hash.js';
import type { TranscodeSettings } from '../contracts/transcode.js';

/** None that we write is nearly as large. Beside an original it lies where others may put what they like. */
const MAX_BYTES = 64 * 1024 * 1024;

/** What is published below a prefix of the store; undefined where nothing is, or nothing that this version can read. */
export async function readManifest(
  store: Pick<ObjectStore, 'head' | 'get'>,
  outputPrefix: string,
): Promise<TranscodeManifest | undefined> {
  const key = manifestKey(outputPrefix);
  const { sizeBytes = Infinity } = (await store.head(key)) ?? {};
  const stored = sizeBytes > MAX_BYTES ? undefined : await store.get(key);
  return stored && manifestSchema.safeParse(jsonOf(stored.body)).data;
}

/** A manifest that is of this very work: the same task, request, input and recipe; undefined where it is not. */
export async function manifestOfWork(
  manifest: TranscodeManifest | undefined,
  { settings, unit }: { settings: TranscodeSettings; unit: string },
): Promise<TranscodeManifest | undefined> {
  const { tenant, taskId } = settings;
  if (manifest?.tenant !== tenant || manifest.taskId !== taskId || manifest.unit !== unit) return undefined;
  return (await isRequestHash(manifest.requestSha256, settings)) ? manifest : undefined;
}

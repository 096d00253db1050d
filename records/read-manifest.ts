import { jsonOf } from '../contracts/json-of.js';
import { manifestKey } from '../contracts/keys.js';
import { manifestSchema, type TranscodeManifest } from '../contracts/manifest.js';

/** What is published below a prefix of the store; undefined where nothing is, or nothing that this version can read. */
export async function readManifest(
  store: { get(key: string): Promise<{ body: Uint8Array } | undefined> },
  outputPrefix: string,
): Promise<TranscodeManifest | undefined> {
  const stored = await store.get(manifestKey(outputPrefix));
  return stored && manifestSchema.safeParse(jsonOf(stored.body)).data;
}

/** Whether a manifest is of this very work: the same task, request, input and recipe. */
export const isOfWork = (
  manifest: TranscodeManifest | undefined,
  work: Pick<TranscodeManifest, 'tenant' | 'taskId' | 'unit' | 'requestSha256'>,
): manifest is TranscodeManifest =>
  manifest?.tenant === work.tenant &&
  manifest.taskId === work.taskId &&
  manifest.unit === work.unit &&
  manifest.requestSha256 === work.requestSha256;

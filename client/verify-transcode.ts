import PQueue from 'p-queue';
import type { EventSource } from '../adapters/event-log/event-log.js';
import type { LargeObjects } from '../adapters/large-objects/large-objects.js';
import { fault, problemOf } from '../contracts/errors.js';
import { TOPICS } from '../contracts/events.js';
import type { TaskRef } from '../contracts/ids.js';
import { defaultOutputPrefix, manifestKey } from '../contracts/keys.js';
import type { TranscodeManifest, TranscodeOutput } from '../contracts/manifest.js';
import { transcodeEventSchema } from '../contracts/transcode-events.js';
import { readManifest } from '../records/read-manifest.js';
import type { Reelay } from './connect.js';
import { taskOf, type TaskName } from './transcodes/task-name.js';

export type TaskDifference =
  | { kind: 'missing-object' | 'wrong-size' | 'wrong-hash'; key: string }
  /** No event says that the task has succeeded with this manifest. */
  | { kind: 'missing-event' };

export interface TaskVerification extends TaskRef {
  manifest: TranscodeManifest;
  differences: TaskDifference[];
}

const READS_AT_ONCE = 4;

/**
 * Holds the manifest of a task against the store and the topic: each output must be there, with the size and the sha256
 * that were proven, and an event must have announced it. `task-not-found` where there is no manifest.
 */
export async function verifyTranscode(
  reelay: Reelay,
  { outputPrefix, ...name }: TaskName & { outputPrefix?: string },
): Promise<TaskVerification> {
  const task = taskOf(name);
  const { store, source, large } = await reelay.adapters();
  const prefix = outputPrefix ?? defaultOutputPrefix(task);
  const manifest = await readManifest(store, prefix);
  if (!manifest) throw fault('task-not-found', `there is no manifest at ${store.url(manifestKey(prefix))}`);
  const queue = new PQueue({ concurrency: READS_AT_ONCE });
  const differences = await queue.addAll(manifest.outputs.map((output) => () => differencesOf(output, large)));
  const isAnnounced = await wasAnnounced(source, manifest);
  return { ...task, manifest, differences: [...differences.flat(), ...(isAnnounced ? [] : [MISSING_EVENT])] };
}

const MISSING_EVENT: TaskDifference = { kind: 'missing-event' };

async function differencesOf(
  { key, sizeBytes, sha256 }: TranscodeOutput,
  large: LargeObjects,
): Promise<TaskDifference[]> {
  try {
    const found = await large.measure(key);
    if (!found) return [{ kind: 'missing-object', key }];
    if (found.sizeBytes !== sizeBytes) return [{ kind: 'wrong-size', key }];
    return found.sha256 === sha256 ? [] : [{ kind: 'wrong-hash', key }];
  } catch (error) {
    if (problemOf(error)?.code === 'object-damaged') return [{ kind: 'wrong-hash', key }];
    throw error;
  }
}

async function wasAnnounced(events: EventSource, manifest: TranscodeManifest): Promise<boolean> {
  const { tenant, taskId, unit, publishedAtMs } = manifest;
  for await (const { type, data } of events.read(TOPICS.transcodes, {
    key: taskId,
    sinceMs: publishedAtMs - MARGIN_MS,
  })) {
    if (type !== SUCCEEDED) continue;
    const event = transcodeEventSchema.safeParse(data).data;
    if (event?.tenant === tenant && event.taskId === taskId && event.manifest?.unit === unit) return true;
  }
  return false;
}

const SUCCEEDED = 'dev.reelay.transcode.succeeded.v1';
/** Clocks of hosts differ. */
const MARGIN_MS = 60_000;

import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { EventSource } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { fault } from '../contracts/errors.js';
import { TOPICS } from '../contracts/events.js';
import type { TaskRef } from '../contracts/ids.js';
import { defaultOutputPrefix, manifestKey } from '../contracts/keys.js';
import type { TranscodeManifest, TranscodeOutput } from '../contracts/manifest.js';
import { transcodeEventSchema } from '../contracts/transcode-events.js';
import { readManifest } from '../contracts/read-manifest.js';
import { taskOf, type TaskName } from './transcodes/task-name.js';

export interface VerifyTaskDeps {
  store: ObjectStore;
  events: EventSource;
  /** Size and sha256 of an object; without it objects are read whole into memory. */
  measure?(key: string): Promise<Measure | undefined>;
}

interface Measure {
  sizeBytes: number;
  sha256: string;
}

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
  { store, events, measure = (key) => measured(store, key) }: VerifyTaskDeps,
  { outputPrefix, ...name }: TaskName & { outputPrefix?: string },
): Promise<TaskVerification> {
  const task = taskOf(name);
  const prefix = outputPrefix ?? defaultOutputPrefix(task);
  const manifest = await readManifest(store, prefix);
  if (!manifest) throw fault('task-not-found', `there is no manifest at ${store.url(manifestKey(prefix))}`);
  const queue = new PQueue({ concurrency: READS_AT_ONCE });
  const differences = await queue.addAll(manifest.outputs.map((output) => () => differencesOf(output, measure)));
  const isAnnounced = await wasAnnounced(events, manifest);
  return { ...task, manifest, differences: [...differences.flat(), ...(isAnnounced ? [] : [MISSING_EVENT])] };
}

const MISSING_EVENT: TaskDifference = { kind: 'missing-event' };

async function measured(store: ObjectStore, key: string): Promise<Measure | undefined> {
  const object = await store.get(key);
  return object && { sizeBytes: object.sizeBytes, sha256: createHash('sha256').update(object.body).digest('hex') };
}

async function differencesOf(
  { key, sizeBytes, sha256 }: TranscodeOutput,
  measure: NonNullable<VerifyTaskDeps['measure']>,
): Promise<TaskDifference[]> {
  const found = await measure(key);
  if (!found) return [{ kind: 'missing-object', key }];
  if (found.sizeBytes !== sizeBytes) return [{ kind: 'wrong-size', key }];
  return found.sha256 === sha256 ? [] : [{ kind: 'wrong-hash', key }];
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

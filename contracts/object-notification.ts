import { z } from 'zod';
import { objectAddress } from './object-address.js';
import { isMeant, requestFor, taskIdStem, type ObjectTrigger } from './object-trigger.js';
import type { AddressedRequest } from './transcode.js';

/** As AWS, and those who speak its language, tell of objects; what is not used is passed over. */
const recordSchema = z.object({
  eventName: z.string(),
  s3: z.object({
    bucket: z.object({ name: z.string(), arn: z.string().nullish() }),
    object: z.object({
      key: z.string(),
      eTag: z.string().nullish(),
      versionId: z.string().nullish(),
      sequencer: z.string().nullish(),
    }),
  }),
});

/** An object that is gone, as one trigger meant it: its tasks are those whose ids begin so. */
export interface RemovedObject {
  trigger: ObjectTrigger;
  bucket: string;
  key: string;
  stem: string;
}

export interface NotifiedTasks {
  starts: AddressedRequest[];
  removals: RemovedObject[];
  /** Records that nobody can read. */
  unreadable: number;
}

/**
 * What a notification asks of tasks. Keys come URL-encoded, with `+` for a space, from all but few; names of events with or without `s3:`.
 * A message without records, such as a test, asks nothing.
 */
export async function tasksOf(notification: unknown, triggers: readonly ObjectTrigger[]): Promise<NotifiedTasks> {
  const tasks: NotifiedTasks = { starts: [], removals: [], unreadable: 0 };
  for (const candidate of recordsOf(notification)) {
    const record = recordSchema.safeParse(candidate).data;
    const key = record && keyOf(record);
    if (!record || key === undefined) tasks.unreadable += 1;
    else await addRecord(tasks, { record, key, triggers });
  }
  return tasks;
}

function recordsOf(notification: unknown): unknown[] {
  const { Records: records } = (notification ?? {}) as { Records?: unknown };
  return Array.isArray(records) ? (records as unknown[]) : [];
}

async function addRecord(
  { starts, removals }: NotifiedTasks,
  { record, key, triggers }: { record: z.output<typeof recordSchema>; key: string; triggers: readonly ObjectTrigger[] },
): Promise<void> {
  const { eTag, versionId, sequencer } = record.s3.object;
  const bucket = record.s3.bucket.name;
  const event = record.eventName.replace(/^s3:/, '');
  const version = eTag?.replace(/^"|"$/g, '') ?? versionId ?? sequencer ?? '';
  for (const trigger of triggers.filter((one) => isMeant(one, { bucket, key }))) {
    if (event.startsWith('ObjectCreated:'))
      starts.push(await requestFor(trigger, { bucket, key, version, url: objectAddress({ bucket, key }) }));
    else if (event.startsWith('ObjectRemoved:'))
      removals.push({ trigger, bucket, key, stem: await taskIdStem(trigger, { bucket, key }) });
  }
}

/** VersityGW 1.8 writes keys as they are, and the whole address of the object where AWS writes that of the bucket. */
function keyOf({ s3: { bucket, object } }: z.output<typeof recordSchema>): string | undefined {
  const key = bucket.arn?.endsWith(`${bucket.name}/${object.key}`) ? object.key : decoded(object.key);
  return key === '' || /\p{Surrogate}/u.test(key ?? '') ? undefined : key;
}

function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replace(/\+/g, ' '));
  } catch {
    return undefined;
  }
}

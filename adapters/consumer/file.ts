import { stat } from 'node:fs/promises';
import { toMessage } from '../../contracts/cloud-event.js';
import { folderLogFault } from '../folder-log/folder-log-fault.js';
import { keepOffset, readKeptOffset } from '../folder-log/kept-offset.js';
import { topicFile, type EventLine, type RecordLine } from '../folder-log/topic-file.js';
import { topicLines, type TopicLine } from '../folder-log/topic-lines.js';
import { isOfEpoch, metadataOf } from './kept-position.js';
import type { LogRecord, RecordLog, Subscription } from './record-log.js';

const PARTITION = 0;

/** A file is one partition; its position is a byte of it, kept beside it. */
export function fileRecordLog({ folder }: { folder: string }): RecordLog {
  return {
    async open(subscription) {
      const { topic, group, partitions, epoch } = subscription;
      const closing = new AbortController();
      const stop = AbortSignal.any([subscription.signal, closing.signal]);
      const start = await guarded(topic, () => startOf(folder, subscription));
      const batches = topicLines({ folder, topic, fromByte: start.offset, follow: true, stop });
      const isRead = partitions?.includes(PARTITION) ?? true;
      const isDue = createIsDue(start.sinceMs);
      return {
        start: new Map(isRead ? [[PARTITION, BigInt(start.offset)]] : []),
        fetch: () =>
          guarded(topic, async () => {
            const batch = await batches.next();
            return batch.done ? [] : batch.value.flatMap((line) => recordOf(topic, line) ?? []).filter(isDue);
          }),
        commit: (positions) =>
          guarded(topic, async () => {
            const offset = positions.get(PARTITION);
            if (offset === undefined) return;
            await keepOffset(folder, { group, topic, offset: Number(offset), metadata: metadataOf(epoch) });
          }),
        async close() {
          closing.abort();
          await batches.return(undefined);
        },
      };
    },
  };
}

async function guarded<T>(topic: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw folderLogFault(error, `read ${topic}`);
  }
}

/** A time is looked for from the beginning. */
async function startOf(
  folder: string,
  { topic, group, from, epoch, positions }: Subscription,
): Promise<{ offset: number; sinceMs?: number }> {
  const known = positions?.get(PARTITION);
  if (known !== undefined) return { offset: Number(known) };
  const kept = await readKeptOffset(folder, { group, topic });
  if (kept && isOfEpoch(kept.metadata, epoch)) return { offset: kept.offset };
  if (from === 'earliest') return { offset: 0 };
  if (from !== 'latest') return { offset: 0, sinceMs: from.sinceMs };
  const file = await stat(topicFile(folder, topic)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return { offset: file?.size ?? 0 };
}

/** Whatever comes after the first record of the time is due too. */
function createIsDue(sinceMs = 0): (record: LogRecord) => boolean {
  let isStarted = false;
  return ({ writtenAtMs }) => (isStarted ||= writtenAtMs >= sinceMs);
}

/** Undefined where a line of ours was torn when its writer failed: then it was never acknowledged. */
function recordOf(topic: string, { text, offset, next }: TopicLine): LogRecord | undefined {
  const content = contentOf(text);
  return content && { topic, partition: PARTITION, offset: BigInt(offset), next: BigInt(next), ...content };
}

type Content = Pick<LogRecord, 'key' | 'headers' | 'value' | 'writtenAtMs'>;

function contentOf(text: string): Content | undefined {
  const line = parse(text);
  if (line === undefined && text.startsWith('{')) return undefined;
  const { writtenAtMs } = (line ?? {}) as { writtenAtMs?: unknown };
  // Somebody else's line: its value is all of it, and nothing says how old it is.
  if (typeof writtenAtMs !== 'number')
    return { key: null, headers: {}, value: Buffer.from(text), writtenAtMs: Date.now() };
  const ours = line as EventLine | RecordLine;
  return { writtenAtMs, ...('event' in ours ? contentOfEvent(ours) : contentOfRecord(ours)) };
}

function contentOfEvent({ key, event }: EventLine): Omit<Content, 'writtenAtMs'> {
  const { headers, value } = toMessage(event);
  return { key: Buffer.from(key), headers: mapped(headers, (each) => Buffer.from(each)), value };
}

const contentOfRecord = ({ record: { key, headers, value } }: RecordLine): Omit<Content, 'writtenAtMs'> => ({
  key: bytesOf(key),
  headers: mapped(headers, (each) => each.map((one) => Buffer.from(one, 'base64'))),
  value: bytesOf(value),
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // no JSON
  }
}

const bytesOf = (base64: string | null): Buffer | null => (base64 === null ? null : Buffer.from(base64, 'base64'));

const mapped = <A, B>(headers: Record<string, A>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, map(value)]));

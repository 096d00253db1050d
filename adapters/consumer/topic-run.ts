import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.js';
import type { ConsumerPosition } from './consumer.js';
import type { LogRecord, Positions, RecordLog, RecordReader, Subscription } from './record-log.js';
import { createWatermark, type Watermark } from './watermark.js';

const COMMIT_EVERY_MS = 1000;
/** Kafka forgets a position that nobody renews for a week. */
const RENEW_AFTER_MS = 3_600_000;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 5000;

interface TopicRunStart extends Subscription {
  records: RecordLog;
  log: Log;
  /** Resolves when more may be read. */
  room(): Promise<void>;
  onRecord(record: LogRecord, onSettled: () => void): void;
}

/** A topic that is read, with how far it is done. */
export interface TopicRun {
  positions(): ConsumerPosition[];
  /** Commits for the last time; the signal of the subscription has aborted before. */
  close(): Promise<void>;
}

/** Reads on until the signal aborts, past outages too, and commits what is done each second. */
export async function startTopicRun(start: TopicRunStart): Promise<TopicRun> {
  const { records, log, room, onRecord, ...subscription } = start;
  const { topic, signal } = subscription;
  const marks = new Map<number, Watermark>();
  const read: Positions = new Map();
  const committed: Positions = new Map();
  let committedAtMs = Date.now();
  let reader: RecordReader | undefined = await open();
  let committing = Promise.resolve();
  const reading = readOn();
  const timer = setInterval(() => void commit(), COMMIT_EVERY_MS);

  return {
    positions: () => [...marks].map(([partition, { position }]) => ({ topic, partition, position })),
    async close() {
      clearInterval(timer);
      await reading;
      await commit();
      await reader?.close();
    },
  };

  async function open(): Promise<RecordReader> {
    const opened = await records.open({ ...subscription, positions: read });
    for (const [partition, position] of opened.start) {
      read.set(partition, position);
      if (!marks.has(partition)) marks.set(partition, createWatermark(position));
    }
    return opened;
  }

  async function readOn(): Promise<void> {
    if (marks.size === 0) return; // the topic has none of the partitions
    for (let delayMs = FIRST_DELAY_MS; !signal.aborted;) {
      try {
        await room();
        reader ??= await open();
        for (const record of await reader.fetch()) take(record);
        if (delayMs > FIRST_DELAY_MS) log('info', `${topic} is read again`);
        delayMs = FIRST_DELAY_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (delayMs === FIRST_DELAY_MS) log('warn', `${topic} is not read for now`, { error: String(error) });
        await reader?.close();
        reader = undefined;
        await delay(delayMs, undefined, { signal }).catch(() => undefined); // ends the loop
        delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
      }
    }
  }

  function take(record: LogRecord): void {
    const mark = marks.get(record.partition);
    mark?.read(record);
    read.set(record.partition, record.next);
    onRecord(record, () => mark?.settled(record.offset));
  }

  /** One after the other; what fails is committed with the next one. */
  function commit(): Promise<void> {
    committing = committing.then(commitDone).catch((error: unknown) => {
      log('warn', `positions in ${topic} were not committed`, { error: String(error) });
    });
    return committing;
  }

  async function commitDone(): Promise<void> {
    const isRenewal = Date.now() - committedAtMs > RENEW_AFTER_MS;
    const all = [...marks].map(([partition, { position }]) => [partition, position] as const);
    const fresh = new Map(all.filter(([partition, position]) => isRenewal || committed.get(partition) !== position));
    if (!reader || fresh.size === 0) return;
    await reader.commit(fresh);
    for (const [partition, position] of fresh) committed.set(partition, position);
    committedAtMs = Date.now();
  }
}

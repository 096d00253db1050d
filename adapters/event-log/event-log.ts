import type { ReelayEvent, Topic } from '../../contracts/events.js';

/**
 * Where events go. `publish` resolves when the log has acknowledged the event, and rejects with a catalogued failure:
 * `events-unreachable` may be retried, `events-denied` and `event-refused` (this one record) may not. Events of one key keep their order.
 */
export interface EventSink {
  publish(topic: Topic, record: { key: string; event: ReelayEvent }): Promise<void>;
  close(): Promise<void>;
}

/** A record as it is in the log, ours or not. */
export interface RawRecord {
  key: Buffer | null;
  headers: Record<string, Buffer | Buffer[]>;
  value: Buffer | null;
}

/** Puts records into topics of any name, ours or not, as they are; the failures are those of `publish`. */
export interface RecordSink {
  putRecord(topic: string, record: RawRecord): Promise<void>;
}

export interface ReadOptions {
  /** Only records of this key. */
  key?: string;
  /** Start at the first record that was written at or after this time; else at the oldest. Unix milliseconds. */
  sinceMs?: number;
  /** Go on as new records come until `signal` aborts; else end at what was the newest record at the start. */
  follow?: boolean;
  signal?: AbortSignal;
  /** Called as it reads, whatever is found: a long topic may hold little of one key. */
  onRead?(): void;
}

/** Reads events back, for verification and for following a stream; leaves no trace in the log (no group, no offsets). */
export interface EventSource {
  read(topic: Topic, options: ReadOptions): AsyncIterable<ReelayEvent>;
  close(): Promise<void>;
}

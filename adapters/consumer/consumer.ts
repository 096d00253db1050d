import type { LogRecord, Subscription } from './record-log.js';

export interface ConsumeOptions extends Pick<Subscription, 'group' | 'partitions' | 'from' | 'epoch'> {
  topics: readonly string[];
  /** Records that are handled at once, each of another key; 8 unless given. */
  concurrency?: number;
  /** What is under way at `close` has this long to end by itself; 10 s unless given. */
  graceMs?: number;
  /**
   * Handles a record. One that rejects comes again: with what may pass, for as long as it takes; else a few times, and
   * then the record is poison. `signal` aborts when nobody waits for it any more.
   */
  handle(record: LogRecord, signal: AbortSignal): Promise<void>;
  /** Keeps a record that cannot be handled; the partition goes on once this has resolved, and not before. */
  poison(record: LogRecord, givenUp: GivenUp): Promise<void>;
}

export interface GivenUp {
  /** The last one. */
  failure: unknown;
  /** How often the record failed for its own reason. */
  attempts: number;
}

export interface Consumer {
  /** All before them is done, and will not come again once it is committed. */
  positions(): ConsumerPosition[];
  /** Begins nothing more, waits for what is under way, and commits what is done. */
  close(): Promise<void>;
}

export interface ConsumerPosition {
  topic: string;
  partition: number;
  position: bigint;
}

/**
 * Reads topics on behalf of a handler, until `close`. Records of a key are handled in their order, and those without a key
 * in that of their partition. Whatever was not committed when a reader died comes again; nothing is left out. Rejects
 * where a topic cannot be read at the start; later outages are waited out.
 */
export type Consume = (options: ConsumeOptions) => Promise<Consumer>;

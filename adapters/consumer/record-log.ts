/** A record of any topic, as it is there. */
export interface LogRecord {
  topic: string;
  partition: number;
  /** Where it is in its partition: its number in Kafka, its first byte in a file. */
  offset: bigint;
  /** Where who has done with it goes on. */
  next: bigint;
  /** Unix milliseconds. */
  writtenAtMs: number;
  key: Buffer | null;
  headers: Record<string, Buffer | Buffer[]>;
  value: Buffer | null;
}

/** Where the next record of each partition is to be read. */
export type Positions = Map<number, bigint>;

export interface Subscription {
  topic: string;
  /** The name under which positions are kept; readers of other names have their own. */
  group: string;
  /** All of the topic unless given. */
  partitions?: readonly number[];
  /** Where a partition begins that has no position: at its oldest record, the next one to come, or a time. */
  from: 'earliest' | 'latest' | { sinceMs: number };
  /** Kept with each position. Positions of another epoch count as none, so that nobody goes on from before a change. */
  epoch?: number;
  /** Where an earlier reader was: counts before what is kept. */
  positions?: Positions;
  /** Ends a `fetch` that waits. */
  signal: AbortSignal;
}

/** Reads one topic. */
export interface RecordReader {
  /** Where it began. */
  readonly start: Positions;
  /** Records in the order of their partitions; none after about a second without a new one. */
  fetch(): Promise<LogRecord[]>;
  /** Keeps the positions in the log. */
  commit(positions: Positions): Promise<void>;
  close(): Promise<void>;
}

/**
 * Topics of any name, read without a group of members: who reads has its partitions by agreement, and its positions are
 * kept in the log. Failures are `events-unreachable`, which may pass, and `events-denied`.
 */
export interface RecordLog {
  open(subscription: Subscription): Promise<RecordReader>;
}

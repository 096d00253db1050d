/** What a proxy does to what passes it; connections that are open when it changes are hit too. */
export type FaultMode =
  | { kind: 'pass' }
  /** Nothing listens, and open connections are reset. */
  | { kind: 'refuse' }
  /** Connections are taken and nothing passes. What was sent meanwhile passes late, as after a healed partition. */
  | { kind: 'black-hole' }
  /** All connections together get this much in each direction. */
  | { kind: 'slow'; bytesPerSecond: number }
  /** A connection is reset in the midst of what it is answered. */
  | { kind: 'cut'; afterBytes: number }
  /** HTTP requests, all or so many, are answered by the proxy with an S3 error; those after them are forwarded. */
  | { kind: 'answer'; status: number; code: string; requests?: number }
  /** What is asked arrives, and the answers are swallowed; those of Kafka to produce requests alone. */
  | { kind: 'drop-acknowledgement' };

/** What the links of a proxy share. */
export interface Shape {
  mode(): FaultMode;
  /** Resolves when the mode is another. */
  changed(signal: AbortSignal): Promise<unknown>;
  hit(): void;
  /** When each direction has sent what it took, where it is slow; milliseconds of the monotonic clock. */
  readyAtMs: Record<Direction, number>;
}

export type Direction = 'up' | 'down';

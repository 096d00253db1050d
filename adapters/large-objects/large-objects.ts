import type { ObjectInfo, PutOutcome } from '../object-store/object-store.js';

export interface ReadOptions {
  /** A transfer that it aborts rejects with its reason. */
  signal?: AbortSignal;
  /** Bytes that have passed so far; fewer than before where some have to be sent again. */
  onProgress?(bytes: number): void;
  /** A request has failed and is going to be repeated after a pause. */
  onAttempt?(): void;
}

export interface TransferOptions extends ReadOptions {
  /** The file of this machine. */
  path: string;
}

export interface Measure {
  sizeBytes: number;
  sha256: string;
}

export interface PutFileOptions extends TransferOptions {
  contentType: string;
  /** ASCII, lower-case keys; `sha256` is what `getFile` checks the bytes against. */
  metadata?: Record<string, string>;
}

/**
 * The objects of an ObjectStore that are too large for the memory: the same keys, bytes and metadata. Transfers repeat
 * by themselves what may succeed later, each request for a quarter of an hour, and fail at once with what may not. The
 * other methods try once. Failures are those of ObjectStore, and `object-damaged`.
 */
export interface LargeObjects {
  /**
   * Writes only where the key holds nothing: of several writers at once, one is answered `written`. `exists` is also
   * the answer to a writer whose own object is there already, of an earlier try. What was sent before an abort or a
   * crash is not sent again: the next put of the same key, bytes and metadata goes on with it.
   */
  putFile(key: string, options: PutFileOptions): Promise<PutOutcome>;
  /** The file has its name once it is whole; undefined, and no file, where there is no such object. */
  getFile(key: string, options: TransferOptions): Promise<ObjectInfo | undefined>;
  /** What `getFile` would get, read through and kept nowhere. */
  measure(key: string, options?: ReadOptions): Promise<Measure | undefined>;
  /** Removes what is there of them. */
  remove(keys: readonly string[]): Promise<void>;
  /** Throws away what unfinished puts have sent, where they began before; answers how many there were. */
  abandonUploads(begun: { prefix: string; beforeMs: number }): Promise<number>;
  /** An address by which anybody may read the object for so many seconds; for ever in a folder. */
  presign(key: string, options: { expiresS: number }): Promise<string>;
  close(): Promise<void>;
}

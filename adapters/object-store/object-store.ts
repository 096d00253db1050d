export interface PutOptions {
  contentType: string;
  /** ASCII, lower-case keys; stored with the object and returned by `head` and `get`. */
  metadata?: Record<string, string>;
  /** Writes only where the key holds nothing: of several writers at once, exactly one is answered `written`. */
  ifAbsent?: true;
  /** A put that it aborts rejects with its reason. */
  signal?: AbortSignal;
}

export interface ObjectInfo {
  sizeBytes: number;
  contentType: string;
  metadata: Record<string, string>;
}

export interface StoredObject extends ObjectInfo {
  body: Buffer;
}

export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** When it was put, by the clock of the store. */
  modifiedMs: number;
}

/** `exists` is answered only to a put with `ifAbsent`, and leaves what was there. */
export type PutOutcome = 'written' | 'exists';

/**
 * Where frames and ledgers are kept. Keys are relative to the store's prefix. A put is atomic (a reader sees the old
 * object or the new one) and replaces what is there. Failures are catalogued: `store-unreachable` may be retried,
 * `store-conflict` at once, `store-denied` and `object-refused` (this one object) may not.
 */
export interface ObjectStore {
  put(key: string, body: Uint8Array, options: PutOptions): Promise<PutOutcome>;
  /** Undefined where there is no such object. */
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** Keys that start with the prefix, in lexical order. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** The address by which events name the object: `s3://bucket/prefix/key` or `file:///folder/key`. */
  url(key: string): string;
  close(): Promise<void>;
}

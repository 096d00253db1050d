import type { Readable } from 'node:stream';
import type { InputVersion } from '../../contracts/plan.js';

/**
 * Where files to transcode come from. Each call tries once. Failures are catalogued: `input-unreachable` may be retried;
 * `input-not-found`, `input-denied`, `input-forbidden`, `input-empty`, `input-too-large`, `input-unsupported`,
 * `input-changed`, `input-not-media` and `playlist-forbidden` may not.
 */
export interface MediaInputs {
  /** The version of an input; that of a playlist stands for all the segments that it names, as one file. */
  inspect(url: string, options: InspectOptions): Promise<InputVersion>;
  /** The bytes of that version from one of them on; fails with `input-changed` where there is another one by now. */
  read(url: string, options: ReadOptions): Promise<Readable>;
  close(): Promise<void>;
}

export interface InspectOptions {
  signal?: AbortSignal | undefined;
  /** Whether a playlist is taken for what it names; it is unless this says no. */
  playlists?: boolean | undefined;
}

export interface ReadOptions {
  version: InputVersion;
  fromByte: number;
  signal?: AbortSignal;
}

/** One scheme of them. */
export interface InputScheme {
  inspect(url: string, options: InspectOptions): Promise<Inspected>;
  read(url: string, options: ReadOptions): Promise<Readable>;
  close(): void;
}

export interface Inspected {
  version: InputVersion;
  /** Where it was found in the end: what names in a playlist are relative to. */
  url: string;
}

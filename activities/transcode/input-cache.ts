import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pRetry from 'p-retry';
import type { MediaInputs } from '../../adapters/inputs/media-inputs.js';
import { defined } from '../../contracts/defined.js';
import { fault, problemOf } from '../../contracts/errors.js';
import { isRetryable, PATIENCE } from '../../contracts/patience.js';
import { hasValidator, type InputVersion } from '../../contracts/plan.js';
import { redact } from '../../contracts/redact.js';
import { fastEnough, LEAST_RATE, type LeastRate } from './fast-enough.js';
import type { Room, Scratch, SharedRoom } from './scratch.js';
import { createTurns } from './turns.js';

export interface CachedInput {
  path: string;
  version: InputVersion;
  /** The file may go once nobody holds it. */
  release(): void;
}

/** An input that has room on this host, and lies there once it is asked for. */
export interface ReservedInput {
  /** Answers where it is. */
  fetch(options: FetchOptions): Promise<string>;
  /** Gives back what was reserved beside it; the file may go once nobody holds it. */
  release(): void;
}

/** Inputs on this host: each version is fetched once for all who work with it, and kept while there is room. */
export interface InputCache {
  /** Fails with `input-changed` where the input is no longer of the version that is asked for. */
  acquire(input: WantedInput, options: FetchOptions): Promise<CachedInput>;
  /** Room for an input and for so much beside it, in one step. */
  reserve(
    input: Omit<WantedInput, 'playlists'> & { version: InputVersion; besideBytes: number },
    options: { signal: AbortSignal },
  ): Promise<ReservedInput>;
}

interface WantedInput {
  url: string;
  version?: InputVersion;
  playlists?: boolean | undefined;
  /** Another run fetches an input anew whose version nothing tells. */
  runId?: string;
}

interface FetchOptions {
  signal: AbortSignal;
  onProgress?(part: number): void;
}

interface Entry {
  /** Its own: what is left of an entry that is dropped is never taken for the file of the next one. */
  path: string;
  url: string;
  version: InputVersion;
  users: number;
  /** 0 to 1. */
  part: number;
  isWhole: boolean;
  fetched?: Promise<void>;
  stopping: AbortController;
  room: Room;
}

interface CacheOptions {
  scratch: Pick<Scratch, 'folder' | 'onWanted' | 'reserve'>;
  inputs: Pick<MediaInputs, 'inspect' | 'read'>;
  /** The largest input that is fetched. */
  maxBytes: number;
  leastRate?: LeastRate;
}

const FOLDER = 'inputs';
const TELL_EVERY_MS = 500;

export function createInputCache({ scratch, inputs, maxBytes, leastRate = LEAST_RATE }: CacheOptions): InputCache {
  const folder = join(scratch.folder, FOLDER);
  /** In the order of their last use. */
  const entries = new Map<string, Entry>();
  const origins = createTurns();
  scratch.onWanted(() => {
    const idle = [...entries].find(([, { users }]) => users === 0);
    if (idle) drop(...idle);
    return idle !== undefined;
  });

  return {
    async acquire({ url, version: wanted, playlists, ...run }, { signal, onProgress }) {
      const version = wanted ?? (await patiently(() => inputs.inspect(url, { signal, playlists }), signal));
      const reserved = await reserve({ url, version, besideBytes: 0, ...run }, { signal });
      try {
        const path = await reserved.fetch({ signal, ...defined({ onProgress }) });
        return { path, version, release: reserved.release };
      } catch (error) {
        reserved.release();
        throw error;
      }
    },
    reserve,
  };

  async function reserve(
    { url, version, besideBytes, runId }: Parameters<InputCache['reserve']>[0],
    { signal }: { signal: AbortSignal },
  ): Promise<ReservedInput> {
    if (version.sizeBytes > maxBytes)
      throw fault('input-too-large', `${redact(url)} has ${version.sizeBytes} bytes: at most ${maxBytes} are taken`);
    const key = createHash('sha256')
      .update(JSON.stringify([url, version.sizeBytes, version.tag, hasValidator(version) ? undefined : runId]))
      .digest('hex');
    touch(key);
    let used: Entry | undefined;
    const shared: SharedRoom = {
      bytes: version.sizeBytes,
      isTaken: () => entries.has(key),
      use(room) {
        if (room) entries.set(key, newEntry({ url, version, room, path: join(folder, randomUUID()) }));
        used = entries.get(key)!;
        used.users += 1;
        touch(key);
      },
    };
    const beside = await scratch.reserve(besideBytes, { signal, shared });
    const entry = used!;
    let isHeld = true;
    return {
      async fetch({ signal: asking, onProgress }) {
        const telling = setInterval(() => onProgress?.(entry.part), TELL_EVERY_MS);
        try {
          await orAborted((entry.fetched ??= begin(key, entry)), asking);
          return entry.path;
        } finally {
          clearInterval(telling);
        }
      },
      release() {
        if (!isHeld) return;
        isHeld = false;
        leave(key, entry);
        beside.release();
      },
    };
  }

  function touch(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    entries.set(key, entry);
  }

  /** One at a time from where they come: the first is whole soonest, and is worked on while the next one comes. */
  function begin(key: string, entry: Entry): Promise<void> {
    const { signal } = entry.stopping;
    const fetched = origins.take(originOf(entry.url), { signal }, () => fetch(entry));
    fetched.then(
      () => {
        entry.isWhole = true;
      },
      () => {
        drop(key, entry);
      },
    );
    return fetched;
  }

  async function fetch(entry: Entry): Promise<void> {
    const { path, url, version, stopping } = entry;
    const { signal } = stopping;
    await mkdir(folder, { recursive: true });
    let fromByte = 0;
    await patiently(async () => {
      fromByte = await sizeOf(path);
      const body = await inputs.read(url, { version, fromByte, signal });
      const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of fastEnough(chunks, { url, ...leastRate })) {
          if (fromByte + chunk.length > version.sizeBytes) throw changed(url, version);
          yield chunk;
          fromByte += chunk.length;
          entry.part = fromByte / version.sizeBytes;
        }
      };
      await pipeline(body, counted, createWriteStream(path, { flags: 'a' }), { signal });
    }, signal);
    if (fromByte !== version.sizeBytes) throw changed(url, version);
  }

  function leave(key: string, entry: Entry): void {
    entry.users -= 1;
    if (entry.users === 0 && !entry.isWhole) drop(key, entry);
  }

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) === entry) entries.delete(key);
    entry.stopping.abort(new Error('nobody needs this input any more'));
    entry.room.release();
    void Promise.resolve(entry.fetched)
      .catch(() => undefined)
      .then(() => rm(entry.path, { force: true }));
  }
}

const newEntry = (made: Pick<Entry, 'url' | 'version' | 'room' | 'path'>): Entry => ({
  ...made,
  users: 0,
  part: 0,
  isWhole: false,
  stopping: new AbortController(),
});

const patiently = <Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> =>
  pRetry(work, { ...PATIENCE, signal, shouldRetry: ({ error }) => isRetryable(error) && !isTooSlow(error) });

/** Its room is worth more to others than another try. */
const isTooSlow = (error: unknown): boolean => problemOf(error)?.code === 'input-too-slow';

const originOf = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};

/** What a transfer that was cut has left on the disk. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0, // not begun
  );

const changed = (url: string, { sizeBytes, tag }: InputVersion): Error =>
  fault('input-changed', `${redact(url)} is no longer what it was: ${sizeBytes} bytes, ${tag}`);

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

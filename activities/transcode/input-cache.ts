import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pRetry from 'p-retry';
import type { MediaInputs } from '../../adapters/inputs/media-inputs.js';
import { fault } from '../../contracts/errors.js';
import { isRetryable, PATIENCE } from '../../contracts/patience.js';
import { hasValidator, type InputVersion } from '../../contracts/plan.js';
import { redact } from '../../contracts/redact.js';
import type { Room, Scratch } from './scratch.js';
import { createTurns } from './turns.js';

export interface CachedInput {
  path: string;
  version: InputVersion;
  /** The file may go once nobody holds it. */
  release(): void;
}

/** Inputs on this host: each version is fetched once for all who work with it, and kept while there is room. */
export interface InputCache {
  /** Fails with `input-changed` where the input is no longer of the version that is asked for. */
  acquire(input: WantedInput, options: { signal: AbortSignal; onProgress?(part: number): void }): Promise<CachedInput>;
}

interface WantedInput {
  url: string;
  version?: InputVersion;
  playlists?: boolean | undefined;
  /** Another run fetches an input anew whose version nothing tells. */
  runId?: string;
}

interface Entry {
  path: string;
  version: InputVersion;
  users: number;
  /** 0 to 1. */
  part: number;
  fetched: Promise<void>;
  stopping: AbortController;
  room?: Room;
}

interface CacheOptions {
  scratch: Scratch;
  inputs: Pick<MediaInputs, 'inspect' | 'read'>;
  /** The largest input that is fetched. */
  maxBytes: number;
}

const FOLDER = 'inputs';
const TELL_EVERY_MS = 500;

export function createInputCache({ scratch, inputs, maxBytes }: CacheOptions): InputCache {
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
    async acquire({ url, version: wanted, playlists, runId }, { signal, onProgress }) {
      const version = wanted ?? (await patiently(() => inputs.inspect(url, { signal, playlists }), signal));
      if (version.sizeBytes > maxBytes)
        throw fault('input-too-large', `${redact(url)} has ${version.sizeBytes} bytes: at most ${maxBytes} are taken`);
      const key = createHash('sha256')
        .update(JSON.stringify([url, version.sizeBytes, version.tag, hasValidator(version) ? undefined : runId]))
        .digest('hex');
      const entry = entries.get(key) ?? begin(key, { url, version });
      entries.delete(key);
      entries.set(key, entry);
      entry.users += 1;
      const telling = setInterval(() => onProgress?.(entry.part), TELL_EVERY_MS);
      try {
        await orAborted(entry.fetched, signal);
      } catch (error) {
        leave(key, entry);
        throw error;
      } finally {
        clearInterval(telling);
      }
      let isHeld = true;
      return {
        path: entry.path,
        version,
        release() {
          if (isHeld) leave(key, entry);
          isHeld = false;
        },
      };
    },
  };

  function begin(key: string, { url, version }: { url: string; version: InputVersion }): Entry {
    const entry: Entry = {
      path: join(folder, key),
      version,
      users: 0,
      part: 0,
      stopping: new AbortController(),
      fetched: Promise.resolve(),
    };
    // One at a time from where they come: the first is whole soonest, and is worked on while the next one comes.
    const { signal } = entry.stopping;
    entry.fetched = origins.take(originOf(url), { signal }, () => fetch(entry, url));
    entry.fetched.catch(() => {
      drop(key, entry);
    });
    return entry;
  }

  async function fetch(entry: Entry, url: string): Promise<void> {
    const { path, version, stopping } = entry;
    const { signal } = stopping;
    entry.room = await scratch.reserve(version.sizeBytes, { signal });
    await mkdir(folder, { recursive: true });
    let fromByte = 0;
    await patiently(async () => {
      fromByte = await sizeOf(path);
      const body = await inputs.read(url, { version, fromByte, signal });
      const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of chunks) {
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
    if (entry.users === 0 && entry.part < 1) drop(key, entry);
  }

  function drop(key: string, entry: Entry): void {
    if (entries.get(key) === entry) entries.delete(key);
    entry.stopping.abort(new Error('nobody needs this input any more'));
    entry.room?.release();
    void entry.fetched.catch(() => undefined).then(() => rm(entry.path, { force: true }));
  }
}

const patiently = <Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> =>
  pRetry(work, { ...PATIENCE, signal, shouldRetry: ({ error }) => isRetryable(error) });

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

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { fault, problemOf } from '../../contracts/errors.js';
import { flowing } from '../transfer/flowing.js';
import { openTimeBound, type TimeBound } from '../transfer/time-bound.js';
import { openHttp, type HttpOptions } from './http-request.js';
import type { InputScheme, Inspected, ReadOptions } from './media-inputs.js';
import type { InputVersion } from '../../contracts/plan.js';

/** The largest answer whose length is not told, such as a playlist that is made when it is asked for. */
const MAX_UNTOLD_BYTES = 8 * 1024 * 1024;
const DEFAULT_SILENCE_MS = 15_000;

export interface HttpInputOptions extends HttpOptions {
  /** Without a byte. */
  silenceMs?: number;
}

/**
 * Files of web servers. They are asked for by GET alone, since an address that is signed for it allows no HEAD. Where a
 * server knows no ranges, what is there already is read again and thrown away.
 */
export function httpInput({ silenceMs = DEFAULT_SILENCE_MS, ...options }: HttpInputOptions): InputScheme {
  const { get, close } = openHttp(options);

  async function* asked(
    url: string,
    { headers, signal }: { headers: Record<string, string>; signal: AbortSignal | undefined },
  ): AsyncGenerator<{ answer: IncomingMessage; at: string; bound: TimeBound }> {
    const bound = openTimeBound({ ms: silenceMs, signal });
    let answer: IncomingMessage | undefined;
    try {
      const got = await get(url, { headers, signal: bound.signal });
      ({ answer } = got);
      yield { ...got, bound };
    } finally {
      bound.close();
      answer?.destroy();
    }
  }

  async function* bytesOf(url: string, { version, fromByte, signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    if (fromByte >= version.sizeBytes) return;
    const validator = version.tag.startsWith('"') || Date.parse(version.tag) ? { 'if-range': version.tag } : {};
    const headers = { range: `bytes=${fromByte}-`, ...validator };
    for await (const { answer, bound } of asked(url, { headers, signal })) {
      const skip = answer.statusCode === 206 ? 0 : fromByte;
      assertSame(answer, { url, version, fromByte: fromByte - skip });
      let at = fromByte - skip;
      for await (const chunk of flowing(answer, { bound, stallMs: silenceMs })) {
        const wanted = chunk.subarray(Math.max(0, fromByte - at));
        at += chunk.length;
        if (wanted.length > 0) yield wanted;
      }
    }
  }

  async function inspected(url: string, signal: AbortSignal | undefined): Promise<Inspected> {
    for await (const { answer, at, bound } of asked(url, { headers: { range: 'bytes=0-0' }, signal })) {
      const told = sizeOf(answer);
      if (told !== undefined) return { version: { sizeBytes: told, tag: tagOf(answer) }, url: at };
      let sizeBytes = 0;
      for await (const chunk of flowing(answer, { bound, stallMs: silenceMs })) {
        sizeBytes += chunk.length;
        if (sizeBytes > MAX_UNTOLD_BYTES)
          throw fault('input-unsupported', `${url}: the server does not tell how long the file is`);
      }
      return { version: { sizeBytes, tag: tagOf(answer) }, url: at };
    }
    throw fault('input-unreachable', `${url}: no answer`);
  }

  return {
    inspect: (url, { signal }) =>
      inspected(url, signal).catch((error: unknown) => {
        throw httpFault(error, { url, signal });
      }),

    async read(url, options) {
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* bytesOf(url, options);
        } catch (error) {
          throw httpFault(error, { url, signal: options.signal });
        }
      };
      return Readable.from(bytes(), { objectMode: false });
    },
    close,
  };
}

function httpFault(error: unknown, { url, signal }: { url: string; signal: AbortSignal | undefined }): unknown {
  if (signal?.aborted) return signal.reason;
  if (problemOf(error)) return error;
  return fault('input-unreachable', `${url}: ${(error as Error).message}`, { cause: error });
}

function assertSame(
  answer: IncomingMessage,
  { url, version, fromByte }: { url: string; version: InputVersion; fromByte: number },
): void {
  const now = { sizeBytes: sizeOf(answer) ?? version.sizeBytes, tag: tagOf(answer) };
  const begin =
    answer.statusCode === 206 ? Number(/^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]) : 0;
  if (now.sizeBytes === version.sizeBytes && now.tag === version.tag && begin === fromByte) return;
  const [expected, got] = [version, now].map((each) => JSON.stringify(each));
  throw fault('input-changed', `${url}: expected ${expected} from byte ${fromByte}, got ${got} from byte ${begin}`);
}

/** The size of the whole file; undefined where the server does not tell. */
function sizeOf({ statusCode, headers }: IncomingMessage): number | undefined {
  const range = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (range !== undefined) return Number(range);
  const length = headers['content-length'];
  return statusCode === 206 || length === undefined ? undefined : Number(length);
}

/** A weak ETag says that two files mean the same, not that they have the same bytes. */
function tagOf({ headers }: IncomingMessage): string {
  const { etag, 'last-modified': modified } = headers;
  if (etag?.startsWith('"')) return etag;
  return modified ?? etag ?? '';
}

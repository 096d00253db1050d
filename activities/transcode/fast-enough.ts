import { fault } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';

/** The least that a sender of an input may come to, over a stretch of the time in which it is waited for. */
export interface LeastRate {
  bytesPerS: number;
  overMs: number;
}

/** An input of the largest size takes some days at this rate; a sender that holds room on purpose sends far less. */
export const LEAST_RATE: LeastRate = { bytesPerS: 64 * 1024, overMs: 60_000 };

/** Passes on what an input sends, and fails with `input-too-slow` where that is too little for the room it is given. */
export async function* fastEnough(
  chunks: AsyncIterable<Buffer>,
  { url, bytesPerS, overMs }: LeastRate & { url: string },
): AsyncGenerator<Buffer> {
  let [waitedMs, bytes, askedAtMs] = [0, 0, performance.now()];
  for await (const chunk of chunks) {
    waitedMs += performance.now() - askedAtMs;
    bytes += chunk.length;
    if (waitedMs >= overMs) {
      if (bytes < (bytesPerS * waitedMs) / 1000) throw tooSlow(url, { bytes, waitedMs });
      [waitedMs, bytes] = [0, 0];
    }
    yield chunk;
    askedAtMs = performance.now();
  }
}

function tooSlow(url: string, { bytes, waitedMs }: { bytes: number; waitedMs: number }): Error {
  return fault('input-too-slow', `${redact(url)} sent ${bytes} bytes in ${Math.round(waitedMs / 1000)} s`);
}

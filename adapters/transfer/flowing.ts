import type { TimeBound } from './time-bound.js';

const STEP_BYTES = 64 * 1024;

/** Passes bytes on, and puts the deadline off each time that some have passed: a peer that trickles is given up too. */
export async function* flowing(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { bound, stallMs, onPassed }: { bound: TimeBound; stallMs: number; onPassed?: (bytes: number) => void },
): AsyncGenerator<Uint8Array> {
  let passed = 0;
  bound.renew(stallMs);
  for await (const chunk of chunks) {
    yield chunk;
    onPassed?.(chunk.length);
    passed += chunk.length;
    if (passed < STEP_BYTES) continue;
    passed = 0;
    bound.renew(stallMs);
  }
}

/** The pieces by which a body is sent, so that its way is seen. */
export function* inSteps(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += STEP_BYTES) yield body.subarray(at, at + STEP_BYTES);
}

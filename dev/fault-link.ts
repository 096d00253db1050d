import { setTimeout as delay } from 'node:timers/promises';
import { trackProduceAnswers } from './produce-answers.js';
import type { Direction, Shape } from './fault-mode.js';

type Bytes = AsyncIterable<Buffer>;
type Pass = (source: Bytes) => AsyncGenerator<Buffer>;

const PIECE_BYTES = 4096;

/** The two directions of one connection, for a pipeline: `up` to the target, `down` to the client. */
export function createFaultLink(
  shape: Shape,
  { isKafka, reset, closed: signal }: { isKafka: boolean; reset: () => void; closed: AbortSignal },
): Record<Direction, Pass> {
  const produce = isKafka ? trackProduceAnswers() : undefined;
  let answeredBytes = 0;

  return {
    async *up(source) {
      for await (const chunk of source) {
        produce?.asked(chunk);
        yield* paced('up', chunk);
      }
    },
    async *down(source) {
      for await (const chunk of source) yield* spoil(chunk);
    },
  };

  async function* spoil(chunk: Buffer): AsyncGenerator<Buffer> {
    const mode = shape.mode();
    if (mode.kind === 'drop-acknowledgement') {
      const kept = produce?.answered(chunk, { isWanted: false });
      if (!kept?.isWhole) shape.hit();
      if (kept) yield* paced('down', kept.bytes);
    } else if (mode.kind === 'cut') {
      yield chunk.subarray(0, mode.afterBytes - answeredBytes);
      answeredBytes += chunk.length;
      if (answeredBytes < mode.afterBytes) return;
      shape.hit();
      reset();
    } else {
      yield* paced('down', produce?.answered(chunk, { isWanted: true }).bytes ?? chunk);
    }
  }

  async function* paced(direction: Direction, chunk: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < chunk.length;) {
      if (shape.mode().kind === 'black-hole') shape.hit();
      while (shape.mode().kind === 'black-hole') await shape.changed(signal);
      const mode = shape.mode();
      const piece = chunk.subarray(at, mode.kind === 'slow' ? at + PIECE_BYTES : chunk.length);
      if (mode.kind === 'slow') await take(direction, piece.length / mode.bytesPerSecond);
      yield piece;
      at += piece.length;
    }
  }

  async function take(direction: Direction, seconds: number): Promise<void> {
    shape.hit();
    const now = performance.now();
    const readyAtMs = Math.max(now, shape.readyAtMs[direction]) + seconds * 1000;
    shape.readyAtMs[direction] = readyAtMs;
    await delay(readyAtMs - now, undefined, { signal });
  }
}

import { decodedTimesArgs, probePicturesArgs, type ProbeIntent } from '../args/transcode/probe.js';
import type { Programs } from './piece.js';
import { runFfprobe } from './run-ffprobe.js';

/** When pictures are shown that a decoder gives, ticks of their track. */
export interface PicturesReader {
  /** Times of the pictures in the first packets. */
  readFirst(index: number): Promise<number[]>;
  /** Times of all pictures in the file. */
  readAll(index: number): Promise<number[]>;
}

export type Look = Programs & { signal: AbortSignal; timeoutMs: number };

/** Packets whose pictures are decoded, to see whether a decoder gives what packets promise. */
const FIRST_PACKETS = 60;
/** How much longer decoding may take than a look at packets. */
const DECODING = 10;

export const picturesReader = (look: Look, intent: ProbeIntent): PicturesReader => ({
  async readFirst(index) {
    const times: number[] = [];
    await runFfprobe({
      ...look,
      args: probePicturesArgs(intent, { index, packets: FIRST_PACKETS }),
      onLine: (line) => /^-?\d+/.test(line) && times.push(Number.parseInt(line, 10)),
    });
    return times;
  },

  async readAll(index) {
    const times: number[] = [];
    await runFfprobe({
      ...look,
      ffprobe: look.ffmpeg,
      args: decodedTimesArgs(intent, index),
      timeoutMs: look.timeoutMs * DECODING,
      onLine(line) {
        const [, pts] = /^0, *-?\d+, *(-?\d+),/.exec(line) ?? [];
        if (pts !== undefined) times.push(Number(pts));
      },
    });
    return times;
  },
});

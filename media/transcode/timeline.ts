import { createHash } from 'node:crypto';
import type { TimeBase } from '../../contracts/plan.js';

export interface Timeline {
  /** When each picture is shown that a decoder gives, sorted: ticks of a time base whose numerator is 1. */
  timeline: number[];
  /** Where decoding can begin: when the keyframe is shown, and where a demuxer is to look for it by the clock of the file. */
  keyframes: { ticks: number; seekS: number }[];
}

/** What lies this close before a boundary counts as on it: times in a file are rounded. */
const ROUNDING_S = 0.00001;
/** A source may be faster than the limit by this share, for the sake of time stamps that are rounded. */
const RATE_SLACK = 0.95;

/** sha256 of the ticks from the first one, decimal, one a line: the same pictures at the same times have the same. */
export function hashTimeline(ticks: readonly number[]): string {
  const hash = createHash('sha256');
  const first = ticks[0] ?? 0;
  for (const tick of ticks) hash.update(`${tick - first}\n`);
  return hash.digest('hex');
}

/** Which stretch between two keyframes a picture is in; `gopSeconds` long, counted from the first picture. */
export const gopOf = (ticks: number, { timeBase, gopSeconds }: { timeBase: TimeBase; gopSeconds: number }): number =>
  Math.floor((ticks / timeBase[1] + ROUNDING_S) / gopSeconds);

/** The same for ffmpeg, of pictures whose times begin at `startTicks`: true for the first picture of each stretch. */
export function keyExpression(
  startTicks: number,
  { timeBase, gopSeconds }: { timeBase: TimeBase; gopSeconds: number },
) {
  const from = (startTicks / timeBase[1] + ROUNDING_S).toFixed(9);
  return `expr:isnan(prev_forced_t)+gt(floor((t+${from})/${gopSeconds}),floor((prev_forced_t+${from})/${gopSeconds}))`;
}

/** Indexes of the pictures that are keyframes: the first one at or after each multiple of the length. */
export function keyIndexes(ticks: readonly number[], options: { timeBase: TimeBase; gopSeconds: number }): number[] {
  return ticks.flatMap((tick, index) =>
    index === 0 || gopOf(tick, options) > gopOf(ticks[index - 1]!, options) ? [index] : [],
  );
}

/**
 * The fewest ticks between two pictures so that no more than `maxFps` of them come in a second; undefined where all of
 * them can stay.
 */
export function minStepOf(
  timeline: readonly number[],
  { timeBase, maxFps }: { timeBase: TimeBase; maxFps: number },
): number | undefined {
  const step = Math.max(1, Math.floor((timeBase[1] / maxFps) * RATE_SLACK));
  const isSlower = timeline.every((tick, index) => index === 0 || tick - timeline[index - 1]! >= step);
  return isSlower ? undefined : step;
}

/** What is left of a timeline without the pictures that follow the one taken last too closely. */
export function thinOut(timeline: readonly number[], minStepTicks: number | undefined): number[] {
  if (minStepTicks === undefined) return [...timeline];
  let last = -Infinity;
  return timeline.filter((tick) => {
    if (tick - last < minStepTicks) return false;
    last = tick;
    return true;
  });
}

import type { Chunk, TimeBase } from '../../contracts/plan.js';
import { hashTimeline, keyIndexes } from './timeline.js';

export interface ChunkOptions {
  /** Ticks from the first picture. */
  timeline: readonly number[];
  durationTicks: number;
  timeBase: TimeBase;
  gopSeconds: number;
  chunkMs: number;
  /** Keyframes of the source: ticks from the first picture, and where a demuxer finds them. None: no seek is exact. */
  keyframes: readonly { ticks: number; seekS: number }[];
}

const MAX_CHUNKS = 500;
/** How far a cut may be moved to where the source is cheaper to enter, as a share of a chunk. */
const MOVE = 0.2;
/** A second nearer to the even cut is worth this many seconds that need not be decoded in vain. */
const MOVE_COST = 0.02;

/**
 * Cuts a video into chunks of much the same length, each of which begins with a keyframe of the output. A cut is moved a
 * little to follow a keyframe of the source closely, since all between that one and the cut is decoded twice.
 */
export function planChunks(options: ChunkOptions): Chunk[] {
  const { timeline, durationTicks } = options;
  const starts = chunkStarts(options);
  return starts.map((firstFrame, index) => {
    const next = starts[index + 1] ?? timeline.length;
    const startTicks = timeline[firstFrame]!;
    const from = keyframeBefore(options, startTicks);
    // A demuxer that is asked for what is before its first packet may give the last.
    const isAtStart = from === undefined || from === options.keyframes[0];
    return {
      index,
      firstFrame,
      frames: next - firstFrame,
      startTicks,
      ...(isAtStart ? {} : { seekS: from.seekS }),
      durationTicks: (timeline[next] ?? durationTicks) - startTicks,
      timelineSha256: hashTimeline(timeline.slice(firstFrame, next)),
    };
  });
}

function chunkStarts(options: ChunkOptions): number[] {
  const { timeline, durationTicks, timeBase, chunkMs, keyframes } = options;
  const chunkTicks = (chunkMs / 1000) * timeBase[1];
  const count = keyframes.length === 0 ? 1 : Math.min(MAX_CHUNKS, Math.max(1, Math.round(durationTicks / chunkTicks)));
  const even = durationTicks / count;
  const candidates = keyIndexes(timeline, options);
  const starts = [0];
  for (let cut = 1; cut < count; cut += 1) {
    const start = bestCut(options, { candidates, wanted: cut * even, slack: even * MOVE });
    if (start !== undefined && start > starts.at(-1)!) starts.push(start);
  }
  return starts;
}

function bestCut(
  options: ChunkOptions,
  { candidates, wanted, slack }: { candidates: readonly number[]; wanted: number; slack: number },
): number | undefined {
  const { timeline } = options;
  const from = lowerBound(candidates, (index) => timeline[index]! >= wanted - slack);
  const to = lowerBound(candidates, (index) => timeline[index]! > wanted + slack);
  const near = candidates.slice(from, to);
  if (near.length === 0) return candidates[from];
  const costs = near.map((index) => {
    const ticks = timeline[index]!;
    const decodedInVain = ticks - (keyframeBefore(options, ticks)?.ticks ?? 0);
    return decodedInVain + MOVE_COST * Math.abs(ticks - wanted);
  });
  return near[costs.indexOf(Math.min(...costs))];
}

function keyframeBefore({ keyframes }: ChunkOptions, ticks: number) {
  return keyframes[lowerBound(keyframes, (one) => one.ticks > ticks) - 1];
}

/** Index of the first item that passes, of items that pass from some point on. */
function lowerBound<Item>(items: readonly Item[], passes: (item: Item) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(items[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

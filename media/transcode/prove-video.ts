import { fault } from '../../contracts/errors.js';
import type { TimeBase } from '../../contracts/plan.js';
import type { Packet } from './packet-counts.js';
import { readPictures, type ReadOptions } from './read-packets.js';
import { hashTimeline, keyIndexes } from './timeline.js';

export interface VideoPromise {
  /** Names the place in messages, such as `chunk 3 of 720p`. */
  what: string;
  timeBase: TimeBase;
  /** How many ticks of the file make one of the time base, where that is not 1. */
  finer?: number;
  frames: number;
  timelineSha256: string;
  /** Where keyframes are planned: their distance, and where in the whole video this part begins. */
  keys?: { gopSeconds: number; startTicks: number };
}

/** Counts the pictures of a file that was written and compares their times. Throws `output-unproven` with the place. */
export async function proveVideo(options: ReadOptions, promise: VideoPromise): Promise<Packet[]> {
  const packets = (await readPictures(options)).filter((one) => !one.isDiscarded).map(coarser(promise));
  const ticks = packets.map(({ pts }) => pts ?? NaN).sort((a, b) => a - b);
  const { what, frames, timeBase, keys } = promise;
  if (packets.length !== frames)
    throw fault('output-unproven', `${what} has ${packets.length} pictures, expected ${frames}`);
  if (hashTimeline(ticks) !== promise.timelineSha256)
    throw fault(
      'output-unproven',
      `${what} has its pictures at other times than its source (from ${ticks[0]} to ${ticks.at(-1)})`,
    );
  if (!packets[0]?.isKey || packets[0].pts !== ticks[0])
    throw fault('output-unproven', `${what} does not begin with a keyframe`);
  if (keys) assertKeys(packets, { ...keys, what, timeBase, ticks });
  return packets;
}

const coarser =
  ({ finer = 1 }: VideoPromise) =>
  (packet: Packet): Packet => ({ ...packet, pts: packet.pts === undefined ? undefined : packet.pts / finer });

function assertKeys(
  packets: readonly Packet[],
  options: { what: string; timeBase: TimeBase; gopSeconds: number; startTicks: number; ticks: readonly number[] },
): void {
  const { what, timeBase, startTicks, ticks } = options;
  const [first = 0] = ticks;
  const inVideo = ticks.map((tick) => tick - first + startTicks);
  const planned = new Set(keyIndexes(inVideo, options).map((index) => ticks[index]));
  const wrong = packets.find(({ pts, isKey }) => isKey !== planned.has(pts));
  if (!wrong) return;
  const atS = ((wrong.pts! - first + startTicks) / timeBase[1]).toFixed(3);
  throw fault('output-unproven', `${what} has ${wrong.isKey ? 'a' : 'no'} keyframe at ${atS} s`);
}

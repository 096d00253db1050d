import { fault } from '../../contracts/errors.js';
import type { PacketCounts } from './packet-counts.js';
import type { PicturesReader } from './pictures-reader.js';
import { fractionOf, tickScale, type Track } from './tracks.js';

export interface TimelineOptions {
  track: Track;
  counts: PacketCounts;
  pictures: PicturesReader;
  /** Whether an index of all packets takes a demuxer to the very keyframe that it is asked for. */
  isIndexed: boolean;
}

export interface Timeline {
  /** When each picture is shown that a decoder gives, sorted: ticks of a time base whose numerator is 1. */
  timeline: number[];
  /** Where decoding can begin: when the keyframe is shown, and where a demuxer is to look for it by the clock of the file. */
  keyframes: { ticks: number; seekS: number }[];
}

export type FoundTimeline = Timeline & { from: 'packets' | 'pictures'; warnings: string[] };

/** A jump back of the clock by more than this is no reordering, seconds. */
const JUMP_S = 2;
/** How far before a keyframe a demuxer that seeks by decoding times has to look, seconds. */
const SEEK_MARGIN_S = 0.2;
/** What ffmpeg reads of a time; rounded down it would be before its keyframe. */
const MICROSECONDS = 1_000_000;

/**
 * When each picture is shown that a decoder will give. Packets tell, unless they have no times or two of them make one
 * picture; a look at the first ones shows whether what they tell is true, and which cannot be decoded at the start.
 */
export async function timelineOf({
  track,
  counts,
  pictures,
  isIndexed,
}: TimelineOptions): Promise<FoundTimeline | undefined> {
  if (counts.packets === 0) return undefined;
  const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
  if ((counts.backwards * above) / below > JUMP_S)
    throw fault('input-unsupported', `its clock jumps back by ${((counts.backwards * above) / below).toFixed(1)} s`);
  const { convert } = tickScale(track);
  const decoded = await pictures.readFirst(track.index);
  if (decoded.length === 0) throw fault('input-damaged', 'the first pictures of its video cannot be decoded');
  const packets = counts.pts.sort((a, b) => a - b);
  const first = Math.min(...decoded);
  const skipped = packets.findIndex((pts) => pts >= first);
  const isTrue = counts.untimed === 0 && doPacketsTell(decoded, packets.slice(Math.max(0, skipped)));
  const times = isTrue ? packets.slice(skipped) : (await pictures.readAll(track.index)).sort((a, b) => a - b);
  return {
    timeline: times.map(convert),
    keyframes: isTrue
      ? counts.keys.map((key, index) => ({
          ticks: convert(key.pts),
          seekS: seekOf(key, { next: counts.keys[index + 1], isIndexed, tickS: above / below }),
        }))
      : [],
    from: isTrue ? 'packets' : 'pictures',
    warnings: [
      ...(isTrue && skipped > 0 ? [`the first ${skipped} pictures cannot be decoded and are left out`] : []),
      ...(isTrue ? [] : ['the time of pictures is known only by decoding them, so the video is one chunk']),
    ],
  };
}

type Key = PacketCounts['keys'][number];

/**
 * Where to seek to, so as to enter the file at a keyframe: its own time where an index is asked, as long as no other one
 * is decoded before that; else a little before, which may be a whole GOP earlier.
 */
function seekOf(
  key: Key,
  { next, isIndexed, tickS }: { next: Key | undefined; isIndexed: boolean; tickS: number },
): number {
  const isNextLater = next === undefined || Math.min(next.pts, next.dts) > key.pts;
  if (isIndexed && isNextLater) return Math.ceil(key.pts * tickS * MICROSECONDS) / MICROSECONDS;
  return Math.min(key.pts, key.dts) * tickS - SEEK_MARGIN_S;
}

/** Whether the decoder gives a picture for each packet at its time, as far as was looked. */
function doPacketsTell(decoded: readonly number[], packets: readonly number[]): boolean {
  const sorted = [...decoded].sort((a, b) => a - b);
  const known = new Set(packets);
  const end = packets.findIndex((pts) => pts > sorted.at(-1)!);
  const expected = end < 0 ? packets.length : end;
  // The look ends in the middle of a reordering, where a few pictures are not there yet.
  return sorted.every((pts) => known.has(pts)) && expected - sorted.length <= 2;
}

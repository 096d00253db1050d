import type { PlannedRendition, VideoTrack } from '../../contracts/plan.js';
import type { Rendition } from '../../contracts/profile.js';

/**
 * The renditions that a source is large enough for, lowest first. Where some are too large for it, the lowest of them is
 * made at the height of the source, unless there is one of that height already.
 */
export function planRenditions(renditions: readonly Rendition[], video: VideoTrack): PlannedRendition[] {
  const tallest = evenBelow(video.height);
  const ordered = [...renditions].sort((a, b) => a.height - b.height);
  const fitting = ordered.filter(({ height }) => height <= tallest);
  const tooTall = ordered.find(({ height }) => height > tallest);
  const chosen =
    tooTall && fitting.at(-1)?.height !== tallest ? [...fitting, { ...tooTall, height: tallest }] : fitting;
  return chosen.map((one) => ({ ...one, width: widthAt(one.height, video) }));
}

/** Even, since two pixels of a line share their colour, and no wider than the source. */
const widthAt = (height: number, video: VideoTrack): number =>
  Math.min(evenBelow(video.width), Math.max(2, 2 * Math.round((height * video.width) / video.height / 2)));

const evenBelow = (length: number): number => Math.max(2, 2 * Math.floor(length / 2));

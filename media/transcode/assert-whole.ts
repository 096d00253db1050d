import { fault } from '../../contracts/errors.js';
import type { CountedTracks } from './packet-counts.js';
import { fractionOf, type Header } from './tracks.js';

/** What a header may promise beyond its last packet: rounding, and the last picture or sound. */
const SLACK_S = 1;
const SLACK_SHARE = 0.02;
const CUT = /partial file|File ended prematurely|moov atom not found|Truncated|truncat/;

/** Throws `input-truncated` where packets are missing that the file's own index promises. */
export function assertWhole(options: { header: Header; counts: CountedTracks; tail: readonly string[] }): void {
  const { header, counts, tail } = options;
  for (const track of header.streams) {
    const packets = counts.get(track.index)?.counts.packets ?? 0;
    const missing = (track.nb_frames ?? 0) - packets;
    const isMissing = isMp4(header) ? tail.some((line) => CUT.test(line)) : isAvi(header) && isVideo(track);
    if (isMissing && missing > (isMp4(header) ? 0 : packets * SLACK_SHARE))
      throw fault(
        'input-truncated',
        `it ends after ${packets} of the ${track.nb_frames} packets of track ${track.index}`,
      );
  }
  const promisedS = header.format.duration ?? 0;
  const foundS = Math.max(0, ...header.streams.map((track) => endOf(track, counts)));
  const isShort = promisedS - foundS > SLACK_S + promisedS * SLACK_SHARE;
  if (isShort && (tail.some((line) => CUT.test(line)) || hasExactDuration(header)))
    throw fault('input-truncated', `it ends after ${foundS.toFixed(1)} of ${promisedS.toFixed(1)} s`);
  if ([...counts.values()].every((one) => one.counts.packets === 0))
    throw fault('input-not-media', 'no track of it has a packet');
}

const isAvi = ({ format }: Header): boolean => format.format_name === 'avi';

const isVideo = (track: Header['streams'][number]): boolean => track.codec_type === 'video';

const isMp4 = ({ format }: Header): boolean => format.format_name.includes('mp4');

/** The duration of other containers is ffmpeg's estimate. */
const hasExactDuration = ({ format }: Header): boolean => /mp4|matroska|flv|avi/.test(format.format_name);

/** Seconds from the start of the clock of the file, or from the first packet where that is later. */
function endOf(track: Header['streams'][number], counts: CountedTracks): number {
  const found = counts.get(track.index)?.counts;
  const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
  if (!found || !Number.isFinite(found.lastPts)) return 0;
  return ((found.lastPts + found.lastDuration) * above) / below;
}

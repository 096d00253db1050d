import type { AudioTrack, VideoTrack } from '../../contracts/plan.js';
import { AAC_SAMPLES } from '../args/transcode/input.js';
import type { PacketCounts } from './packet-counts.js';
import type { Timeline } from './timeline.js';
import type { FoundTimeline } from './timeline-of.js';
import { fractionOf, rotationOf, shownSize, tickScale, type Track } from './tracks.js';

const INTERLACED = /^(?:tt|bb|tb|bt)$/;

export function videoTrackOf(
  track: Track,
  { counts, timeline: found }: { counts: PacketCounts; timeline: FoundTimeline },
): VideoTrack {
  const { below, convert } = tickScale(track);
  const { timeline } = found;
  const [first = 0, last = 0] = [timeline[0], timeline.at(-1)];
  const lastTicks = found.from === 'packets' && counts.lastDuration > 0 ? convert(counts.lastDuration) : 0;
  const step = timeline.length > 1 ? (last - first) / (timeline.length - 1) : below / 25;
  const durationTicks = last - first + (lastTicks || Math.max(1, Math.round(step)));
  const durationS = durationTicks / below;
  return {
    index: track.index,
    codec: track.codec_name ?? '',
    profile: track.profile ?? '',
    pixelFormat: track.pix_fmt ?? '',
    ...shownSize(track),
    rotation: rotationOf(track),
    timeBase: [1, below],
    frames: timeline.length,
    leftOut: Math.max(0, counts.packets - timeline.length),
    timelineFrom: found.from,
    firstPts: first,
    durationTicks,
    fps: timeline.length / durationS,
    isInterlaced: INTERLACED.test(track.field_order ?? ''),
    color: colorOf(track),
    bitrateKbps: Math.round((counts.bytes * 8) / 1000 / durationS),
    maxGopMs: longestGopMs(found, { end: first + durationTicks, ticksPerSecond: below }),
    hasOpenGops: counts.leading > 0,
  };
}

export function audioTrackOf(track: Track, counts: PacketCounts): AudioTrack {
  const [above, below] = fractionOf(track.time_base) ?? [1, 1000];
  const startS = (counts.firstPts * above) / below;
  const endS = ((counts.lastPts + counts.lastDuration) * above) / below;
  return {
    index: track.index,
    codec: track.codec_name ?? '',
    profile: track.profile ?? '',
    channels: track.channels,
    sampleRate: track.sample_rate ?? 0,
    startS,
    endS,
    bitrateKbps: endS > startS ? Math.round((counts.bytes * 8) / 1000 / (endS - startS)) : 0,
    hasRoundedTimes: hasRoundedTimes(track),
    gaps: counts.gaps,
  };
}

/** Whether the ticks of a track are too coarse to count the samples of its packets. */
export function hasRoundedTimes({ time_base: timeBase, sample_rate: sampleRate }: Track): boolean {
  const [above, below] = fractionOf(timeBase) ?? [1, 1000];
  return !Number.isInteger((AAC_SAMPLES * below) / (above * (sampleRate || 1)));
}

/** What the file says, without what it does not know. */
function colorOf(track: Track): VideoTrack['color'] {
  const said = {
    primaries: track.color_primaries,
    transfer: track.color_transfer,
    space: track.color_space,
    range: track.color_range,
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value && !/^(?:unknown|reserved)$/.test(value)));
}

function longestGopMs(
  { keyframes, timeline }: Timeline,
  { end, ticksPerSecond }: { end: number; ticksPerSecond: number },
) {
  const starts = [timeline[0] ?? 0, ...keyframes.map(({ ticks }) => ticks), end];
  const longest = starts.slice(1).reduce((most, ticks, index) => Math.max(most, ticks - starts[index]!), 0);
  return Math.round((longest * 1000) / ticksPerSecond);
}

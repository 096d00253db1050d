import { fault } from '../../contracts/errors.js';
import type { AudioTrack, TranscodePlan, VideoTrack } from '../../contracts/plan.js';

/** The video that a plan encodes or copies. */
export function videoOf({ probe }: Pick<TranscodePlan, 'probe'>): VideoTrack {
  if (probe.video) return probe.video;
  throw fault('input-no-video', 'the plan has no video');
}

export function audioOf({ probe }: Pick<TranscodePlan, 'probe'>): AudioTrack {
  if (probe.audio) return probe.audio;
  throw fault('input-no-audio', 'the plan has no audio');
}

/** By how much the sound begins after the picture, seconds; below 0 where it begins before. */
export function audioDelayS(plan: TranscodePlan): number {
  const video = videoOf(plan);
  return audioOf(plan).startS - video.firstPts / video.timeBase[1];
}

/** Two packets of AAC: sound cannot be cut any finer. */
const PACKETS = 2048;
/** Decoders keep back or add up to so much at the end, such as those of Windows Media, seconds. */
const DECODER_S = 0.1;

/** How far the end of the sound may be from where the packets of its source end, seconds. */
export const audioSlackS = (plan: Pick<TranscodePlan, 'probe' | 'audio'>): number =>
  Math.max(PACKETS / (audioOf(plan).sampleRate || 44_100), plan.audio === 'encode' ? DECODER_S : 0);

/** By how much the sound ends after the picture, seconds. */
export function audioOverhangS(plan: TranscodePlan): number {
  const { firstPts, durationTicks, timeBase } = videoOf(plan);
  return audioOf(plan).endS - (firstPts + durationTicks) / timeBase[1];
}

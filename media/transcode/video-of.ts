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

/** By how much the sound ends after the picture, seconds. */
export function audioOverhangS(plan: TranscodePlan): number {
  const { firstPts, durationTicks, timeBase } = videoOf(plan);
  return audioOf(plan).endS - (firstPts + durationTicks) / timeBase[1];
}

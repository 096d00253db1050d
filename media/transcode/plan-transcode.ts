import { defined } from '../../contracts/defined.js';
import { fault } from '../../contracts/errors.js';
import type { MediaProbe, TranscodePlan, VideoTrack } from '../../contracts/plan.js';
import type { Profile } from '../../contracts/profile.js';
import type { Decision, TranscodeSettings } from '../../contracts/transcode.js';
import { decide, reasonToEncodeAudio } from './decide.js';
import { planChunks } from './plan-chunks.js';
import { planRenditions } from './plan-renditions.js';
import type { Probed } from './probe-media.js';
import { hashTimeline, minStepOf, thinOut } from './timeline.js';

export interface PlanOptions extends Probed {
  /** As the task wants it: with its parameters. */
  profile: Profile;
  remux: TranscodeSettings['remux'];
  /** About how long a chunk is; longer where there would be more than 500 of them. */
  chunkMs?: number;
  /** Whether the ffmpeg of the workers has what tone mapping needs. */
  canToneMap?: boolean;
}

export type Plan = Omit<TranscodePlan, 'version' | 'unit' | 'input'>;

const CHUNK_MS = 30_000;

/** Everything that is decided of a task before its work begins. Throws `input-no-*`, `input-unsupported`, `remux-impossible`. */
export function planTranscode(options: PlanOptions): Plan {
  const { probe, profile } = options;
  const wanted = wantedTracks(probe, profile);
  const renditions = wanted.video ? planRenditions(profile.video?.renditions ?? [], wanted.video) : [];
  const decision = decideWith({ ...options, renditions });
  const isEncoded = decision.kind === 'encode' && wanted.video !== undefined;
  const isWide = isEncoded && isHdr(wanted.video!);
  const isToneMapped = isWide && (options.canToneMap ?? true);
  return {
    profile,
    decision,
    probe,
    renditions,
    isToneMapped,
    chunks: [],
    audio: audioTreatment(wanted.audio, { profile, decision, remux: options.remux }),
    ...(wanted.video ? planVideo(options, { video: wanted.video, isEncoded }) : {}),
    warnings: [
      ...probe.warnings,
      ...(probe.otherTracks > 0 && decision.kind !== 'copy' ? [`${probe.otherTracks} other tracks are left out`] : []),
      ...(profile.audio && !probe.audio ? ['there is no audio'] : []),
      ...(isWide && !isToneMapped ? ['this ffmpeg cannot map tones, so colours of the HDR picture are off'] : []),
    ],
  };
}

function wantedTracks(probe: MediaProbe, profile: Profile): Pick<MediaProbe, 'video' | 'audio'> {
  if (profile.package === 'audio') {
    if (!probe.audio) throw fault('input-no-audio', `it has no audio track (${probe.container})`);
    return { audio: probe.audio };
  }
  if (!probe.video) throw fault('input-no-video', `it has no video track (${probe.container})`);
  if (probe.video.width < 16 || probe.video.height < 16)
    throw fault('input-unsupported', `its picture is ${probe.video.width}x${probe.video.height}, smaller than 16x16`);
  return { video: probe.video, ...(profile.audio && probe.audio ? { audio: probe.audio } : {}) };
}

function decideWith(options: PlanOptions & { renditions: Plan['renditions'] }): Decision {
  const least = decide(options);
  if (options.remux === 'always' && least.kind === 'encode')
    throw fault('remux-impossible', `it cannot be repackaged: ${least.reason}`);
  return options.remux === 'never' && least.kind !== 'encode'
    ? { kind: 'encode', reason: 'the request says never to copy' }
    : least;
}

function audioTreatment(
  audio: MediaProbe['audio'],
  { profile, decision, remux }: { profile: Profile; decision: Decision; remux: PlanOptions['remux'] },
): Plan['audio'] {
  if (!audio) return 'none';
  if (decision.kind !== 'encode') return 'copy';
  return remux === 'never' || reasonToEncodeAudio(audio, profile) ? 'encode' : 'copy';
}

/** The timeline that is to come out, and its chunks where it is encoded. */
function planVideo(
  { timeline, keyframes, profile, chunkMs = CHUNK_MS }: PlanOptions,
  { video, isEncoded }: { video: VideoTrack; isEncoded: boolean },
): Partial<Plan> {
  const { timeBase, firstPts, durationTicks } = video;
  const { gopSeconds = 2, maxFps = 60 } = profile.video ?? {};
  if (!isEncoded) return { timelineSha256: hashTimeline(timeline) };
  const minStepTicks = minStepOf(timeline, { timeBase, maxFps });
  const shown = thinOut(timeline, minStepTicks).map((pts) => pts - firstPts);
  const keys = keyframes.map(({ ticks, seekS }) => ({ ticks: ticks - firstPts, seekS }));
  return {
    chunks: planChunks({ timeline: shown, durationTicks, timeBase, gopSeconds, chunkMs, keyframes: keys }),
    timelineSha256: hashTimeline(shown),
    ...defined({ minStepTicks }),
  };
}

export const isHdr = ({ color }: VideoTrack): boolean => /^(?:smpte2084|arib-std-b67)$/.test(color.transfer ?? '');

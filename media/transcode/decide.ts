import type { AudioTrack, MediaProbe, PlannedRendition, VideoTrack } from '../../contracts/plan.js';
import type { Profile } from '../../contracts/profile.js';
import type { Decision } from '../../contracts/transcode.js';

/** A copy may be this much above what the encoder would be held to. */
const RATE_SLACK = 1.1;
const AUDIO_RATE_SLACK = 2;
const FPS_SLACK = 1.05;
/** Seeking in a copy gets coarse, and HLS segments long, beyond this. */
const MAX_COPIED_GOP_MS = 10_000;

export interface DecideOptions {
  probe: MediaProbe;
  profile: Profile;
  renditions: readonly PlannedRendition[];
}

/** What has to be done at least: the reason is what forbids to do less. */
export function decide(options: DecideOptions): Decision {
  const encode = reasonToEncode(options);
  if (encode) return { kind: 'encode', reason: encode };
  const repackage = reasonToRepackage(options);
  const { leftOut = 0 } = options.probe.video ?? {};
  if (repackage && leftOut > 0 && options.profile.package !== 'audio')
    return { kind: 'encode', reason: `${repackage}, and ${leftOut} of its packets are not to be shown` };
  if (repackage) return { kind: 'repackage', reason: `the streams are as wanted, but ${repackage}` };
  return { kind: 'copy', reason: 'the file is as wanted already' };
}

function reasonToEncode({ probe, profile, renditions }: DecideOptions): string | undefined {
  if (profile.package === 'audio') return probe.audio && reasonToEncodeAudio(probe.audio, profile);
  if (!probe.video) return 'there is no video';
  if (renditions.length !== 1) return `${renditions.length} renditions are wanted`;
  return (
    reasonToEncodeVideo(probe.video, renditions[0]!, profile) ??
    (profile.audio && probe.audio && reasonToEncodeAudio(probe.audio, profile))
  );
}

/** Lower-case sentences without an end, in the order in which people would look. */
function reasonToEncodeVideo(
  video: VideoTrack,
  wanted: PlannedRendition,
  { package: kind, video: asked }: Profile,
): string | undefined {
  const { width, height, bitrateKbps, fps, maxGopMs, pixelFormat } = video;
  const rules: [isBroken: boolean, reason: string][] = [
    [video.jumps !== undefined, 'the clock of the video jumps'],
    [video.codec !== 'h264', `the video is ${video.codec}, not H.264`],
    [!/^yuvj?420p$/.test(pixelFormat), `its pixels are ${pixelFormat}, not 8-bit 4:2:0`],
    [video.isInterlaced, 'the video is interlaced'],
    [video.timelineFrom !== 'packets', 'the times of its pictures are not in its packets'],
    [
      height > wanted.height + 1 || width > wanted.width + 1,
      `the picture is ${width}x${height}, above ${wanted.width}x${wanted.height}`,
    ],
    [
      bitrateKbps > wanted.maxrateKbps * RATE_SLACK,
      `the video has ${bitrateKbps} kbit/s, above ${wanted.maxrateKbps} kbit/s`,
    ],
    [
      fps > (asked?.maxFps ?? Infinity) * FPS_SLACK,
      `the video has ${fps.toFixed(2)} pictures a second, above ${asked?.maxFps}`,
    ],
    [kind === 'hls' && video.hasOpenGops, 'it cannot be cut cleanly at its keyframes, as HLS needs'],
    [maxGopMs > MAX_COPIED_GOP_MS, `two of its keyframes are ${(maxGopMs / 1000).toFixed(1)} s apart`],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1];
}

export function reasonToEncodeAudio(audio: AudioTrack, { audio: asked }: Profile): string | undefined {
  const { maxChannels = 2, bitrateKbps = 128 } = asked ?? {};
  const rules: [isBroken: boolean, reason: string][] = [
    [
      audio.codec !== 'aac' || !/^(?:LC|)$/.test(audio.profile),
      `the audio is ${audio.codec} ${audio.profile}, not AAC-LC`,
    ],
    [audio.channels > maxChannels, `the audio has ${audio.channels} channels, above ${maxChannels}`],
    [
      audio.bitrateKbps > bitrateKbps * AUDIO_RATE_SLACK,
      `the audio has ${audio.bitrateKbps} kbit/s, above twice ${bitrateKbps} kbit/s`,
    ],
    [audio.jumps !== undefined, 'the clock of the audio jumps'],
    [audio.gaps > 0, `the audio has ${audio.gaps} gaps in its time stamps`],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1];
}

function reasonToRepackage({ probe, profile }: DecideOptions): string | undefined {
  const rules: [isBroken: boolean, reason: string][] = [
    [profile.package === 'hls', 'HLS is wanted'],
    [!probe.container.includes('mp4'), `the container is ${probe.container}, not MP4`],
    [!probe.isFaststart, 'its index is at the end'],
    [probe.otherTracks > 0, `it has ${probe.otherTracks} other tracks`],
    [profile.package === 'audio' && probe.video !== undefined, 'it has video'],
    [profile.audio === undefined && probe.audio !== undefined, 'it has audio'],
  ];
  return rules.find(([isBroken]) => isBroken)?.[1];
}

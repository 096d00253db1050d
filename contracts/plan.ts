import type { Profile, Rendition } from './profile.js';
import type { Decision } from './transcode.js';

/** Which bytes an input has: the same version has the same bytes. */
export interface InputVersion {
  sizeBytes: number;
  /** The ETag, or where there is none the time of the last change. */
  tag: string;
}

/** The version of a playlist, and of one with segments that have no validator. */
export const PLAYLIST_TAG = 'playlist:';
export const UNTOLD_PLAYLIST_TAG = `${PLAYLIST_TAG}?`;

/** Whether the tag tells versions apart: some servers say neither an ETag nor a time. */
export const hasValidator = ({ tag }: InputVersion): boolean => tag !== '' && !tag.startsWith(UNTOLD_PLAYLIST_TAG);

/** Numerator and denominator, seconds. */
export type TimeBase = readonly [number, number];

/** Where the clock of a recording jumps ahead: what comes from then on is shown earlier. Seconds by the clock of the file. */
export interface Jump {
  fromS: number;
  byS: number;
}

export interface VideoTrack {
  /** Which stream of the file. */
  index: number;
  codec: string;
  profile: string;
  pixelFormat: string;
  /** As it is shown: rotated, with square pixels. */
  width: number;
  height: number;
  rotation: 0 | 90 | 180 | 270;
  /** One over a whole number: the ticks of a file that counts otherwise are converted. */
  timeBase: TimeBase;
  /** Pictures that a decoder gives: packets that are not to be discarded. */
  frames: number;
  /** Packets without a picture of their own, such as those before the start that an edit list says. */
  leftOut: number;
  /** What the time of pictures is known from; a seek in what had to be decoded for it is not exact. */
  timelineFrom: 'packets' | 'pictures';
  /** Ticks of the time base. */
  firstPts: number;
  /** Ticks from the first picture to the end of the last one. */
  durationTicks: number;
  /** Pictures a second, on average. */
  fps: number;
  isInterlaced: boolean;
  /** As ffmpeg names them; missing where the file does not say. */
  color: { primaries?: string; transfer?: string; space?: string; range?: string };
  bitrateKbps: number;
  /** The longest way between two keyframes, milliseconds. */
  maxGopMs: number;
  /** Pictures that are shown before a keyframe follow it in the file, so a cut there is not clean. */
  hasOpenGops: boolean;
  /** Taken out of all times above. */
  jumps?: Jump[];
}

export interface AudioTrack {
  index: number;
  codec: string;
  profile: string;
  channels: number;
  sampleRate: number;
  /** The begin of the first packet and the end of the last one, seconds. */
  startS: number;
  endS: number;
  bitrateKbps: number;
  /** The time base of the file is too coarse to tell samples apart. */
  hasRoundedTimes: boolean;
  /** Stretches without sound between two packets that do not adjoin. */
  gaps: number;
  /** Taken out of all times above. */
  jumps?: Jump[];
}

/** What a file holds, from its packets and not from what its header promises. */
export interface MediaProbe {
  /** As ffprobe names it, such as `mov,mp4,m4a,3gp,3g2,mj2`, but `mov` for QuickTime. */
  container: string;
  durationMs: number;
  video?: VideoTrack;
  /** The one that is used: the default track, else the first. */
  audio?: AudioTrack;
  /** Tracks that are left out. */
  otherTracks: number;
  /** An MP4 whose index comes before its media. */
  isFaststart: boolean;
  warnings: string[];
}

/** A stretch of the video that one process encodes. Times are ticks of the source's time base from its first picture. */
export interface Chunk {
  index: number;
  firstFrame: number;
  frames: number;
  startTicks: number;
  /** Where decoding begins, at a keyframe at or before the first picture: seconds by the clock of the file. */
  seekS?: number;
  /** To the first picture of the next chunk, or the end. */
  durationTicks: number;
  /** sha256 of the ticks of its pictures from its first one, in order, decimal, one a line: proves its timeline. */
  timelineSha256: string;
}

/** A rendition as it is made of this very source: never larger than it. */
export interface PlannedRendition extends Rendition {
  width: number;
}

/**
 * All that is known of a task before its work begins, kept in the store and written once, so that every attempt on every
 * host follows the same one.
 */
export interface TranscodePlan {
  version: 1;
  /** Stands for the version of the input and the recipe. */
  unit: string;
  input: InputVersion;
  profile: Profile;
  decision: Decision;
  probe: MediaProbe;
  renditions: PlannedRendition[];
  /** Empty unless the video is encoded. */
  chunks: Chunk[];
  /** As for a chunk, of the whole video. */
  timelineSha256?: string;
  /** Pictures that follow the last one that was taken by fewer ticks are left out. */
  minStepTicks?: number;
  audio: 'none' | 'copy' | 'encode';
  /** A picture of a wide range of brightness is brought down to that of common screens. */
  isToneMapped: boolean;
  warnings: string[];
  /** The task that has begun with it last; plans of older releases lack it. */
  origin?: PlanOrigin;
}

/** By which the janitor tells whose work lies in a store that several namespaces of Temporal share. */
export interface PlanOrigin {
  namespace: string;
  outputPrefix: string;
}

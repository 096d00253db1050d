import type { Problem } from './errors.js';
import type { TranscodeManifest, TranscodeOutput } from './manifest.js';
import type { TranscodeEvent, TranscodeEventKind } from './transcode-events.js';
import type { Decision, TranscodePhase, TranscodeSettings } from './transcode.js';

/*
 * What the workflow `transcode` and its activities say to each other. All that is long, such as the plan, is in the store
 * under the unit; histories hold only names and counts.
 */
export interface TaskInput {
  settings: TranscodeSettings;
}

export interface InspectInput extends TaskInput {
  /** About how long a chunk of the video is to be, milliseconds. */
  chunkMs: number;
}

export interface UnitInput extends TaskInput {
  unit: string;
  outputPrefix: string;
}

/** The plan in short, and what an earlier run has left of it. */
export interface Inspection {
  unit: string;
  outputPrefix: string;
  decision: Decision;
  profile: { name: string; version: number };
  durationMs: number;
  /** Lowest first. */
  renditions: string[];
  chunks: number;
  /** Chunks whose renditions are all stored. */
  chunksDone: number[];
  audio: 'none' | 'copy' | 'encode';
  isAudioDone: boolean;
  isLadder: boolean;
  hasThumbnails: boolean;
  warnings: string[];
  /** The same work for the same task is published already. */
  published?: TranscodeManifest;
}

/** What a piece of work has cost and made. */
export interface PieceResult {
  /** It was stored already. */
  isReused: boolean;
  host: string;
  cpuSeconds: number;
  outputs: TranscodeOutput[];
}

/** The end of a task, which closes it for good or says what is left of it. */
export interface PublishInput extends UnitInput {
  outputs: TranscodeOutput[];
  warnings: string[];
  cpuSeconds: number;
}

/** What is to go: `outputs` that no manifest names, `work` that no later start could use. */
export interface RemoveInput extends TaskInput {
  what: ('outputs' | 'work')[];
  outputPrefix?: string;
  unit?: string;
}

export type TranscodePiece =
  | { kind: 'inspect' }
  | { kind: 'chunk'; index: number }
  | { kind: 'audio' }
  | { kind: 'whole' }
  | { kind: 'rendition'; name: string }
  /** All renditions of an HLS package and its playlists. */
  | { kind: 'ladder' }
  | { kind: 'thumbnails' };

/** The activity that makes each kind of piece; all others of a task announce, record or remove. */
export const PIECE_ACTIVITIES = {
  inspect: 'inspectInput',
  chunk: 'encodeChunk',
  audio: 'encodeAudio',
  whole: 'convertWhole',
  rendition: 'assembleRendition',
  ladder: 'assembleLadder',
  thumbnails: 'makeThumbnails',
} as const satisfies Record<TranscodePiece['kind'], string>;

export const isPieceActivity = (activity: string): boolean =>
  Object.values<string>(PIECE_ACTIVITIES).includes(activity);

/** What a running piece tells with its heartbeats, for people who look. */
export interface PieceHeartbeat {
  piece: string;
  host: string;
  stage: 'waiting' | 'fetch' | 'encode' | 'verify' | 'upload';
  /** 0 to 100 of the stage. */
  percent: number;
  /** Times the speed of playing, while it encodes. */
  speed?: number;
}

/** Whom to tell of the end of a task, and what. */
export interface CallbackInput {
  callback: NonNullable<TranscodeSettings['callback']>;
  kind: TranscodeEventKind;
  event: TranscodeEvent;
}

/** A task that was given up. */
export interface TaskLetterInput extends TaskInput {
  problem: Problem;
  phase: TranscodePhase;
  runId: string;
  startedAtMs: number;
  redrives: number;
}

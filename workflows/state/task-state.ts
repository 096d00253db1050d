import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';
import { redact } from '../../contracts/redact.js';
import type { TranscodeEvent, TranscodeEventKind } from '../../contracts/transcode-events.js';
import type { Inspection, TranscodePiece } from '../../contracts/transcode-work.js';
import type { TranscodeSettings, TranscodeState } from '../../contracts/transcode.js';

/**
 * A task's state, without Temporal: the workflow feeds it what happens and carries out what `nextStep` asks for. Pieces
 * of one step run at once, and each of its lanes asks for `nextChunk` when it is free.
 */
export interface TaskMachine {
  readonly settings: TranscodeSettings;
  readonly policy: TaskPolicy;
  readonly runId: string;
  /** What the query answers. */
  readonly state: TranscodeState;
  readonly phaseSinceMs: number;
  /** All pieces so far. */
  readonly cpuSeconds: number;
  /** Where somebody plays, milliseconds of the media. */
  readonly playAtMs?: number;
  readonly inspection?: Inspection;
  /** Chunks that are done or under way. */
  readonly taken: readonly number[];
  readonly chunksDone: number;
  /** One piece has made all renditions. */
  readonly isWholeMade: boolean;
  readonly outputs: readonly TranscodeOutput[];
  readonly thumbnails: readonly TranscodeOutput[];
  /** Still to be published, in this order. */
  readonly announcements: readonly TaskAnnouncement[];
  /** The last event that was announced, and its percentage. */
  readonly sequence: number;
  readonly toldPercent: number;
}

export interface TaskPolicy {
  /** How often it was given up and sent again. */
  redrives: number;
  chunkMs: number;
  chunksAtOnce: number;
}

export interface TaskAnnouncement {
  kind: TranscodeEventKind;
  event: TranscodeEvent;
}

export type MediaPiece = Exclude<TranscodePiece, { kind: 'inspect' }>;

export type TaskStep =
  | { kind: 'inspect' }
  /** All that `nextMedia` asks for, with thumbnails beside it. */
  | { kind: 'make'; inspection: Inspection }
  | { kind: 'publish'; inspection: Inspection; outputs: TranscodeOutput[] }
  | { kind: 'done'; manifest: TranscodeManifest };

export type MediaStep =
  /** So many chunks at a time, and the sound beside them. */
  { kind: 'encode'; lanes: number; hasAudio: boolean } | { kind: 'piece'; piece: MediaPiece };

export function newTask(
  settings: TranscodeSettings,
  { policy, runId, atMs }: { policy: TaskPolicy; runId: string; atMs: number },
): TaskMachine {
  const { tenant, taskId, input, profile, priority, labels } = settings;
  const state: TranscodeState = {
    tenant,
    taskId,
    profile,
    priority,
    labels,
    input: redact(input.url),
    startedAtMs: atMs,
    status: 'queued',
    phase: 'probe',
    percent: 0,
    phaseMs: {},
    pieces: { total: 0, done: 0, reused: 0, running: 0 },
    renditions: [],
    warnings: [],
  };
  return {
    settings,
    policy,
    runId,
    state,
    phaseSinceMs: atMs,
    cpuSeconds: 0,
    taken: [],
    chunksDone: 0,
    isWholeMade: false,
    outputs: [],
    thumbnails: [],
    announcements: [],
    sequence: 0,
    toldPercent: 0,
  };
}

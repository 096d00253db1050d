import type { LargeObjects } from '../../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { TaskRef } from '../../contracts/ids.js';
import type { PieceHeartbeat } from '../../contracts/transcode-work.js';
import type { ProbeLimits } from '../../media/transcode/probe-media.js';
import type { InputCache } from './input-cache.js';
import type { Scratch } from './scratch.js';
import type { Stages } from './stages.js';

/** What the pieces of transcodes share on one worker. */
export interface TranscodeHost {
  name: string;
  ffmpeg: string;
  ffprobe: string;
  /** Whether its ffmpeg can map the tones of HDR. */
  canToneMap: boolean;
  /** Threads of one ffmpeg. */
  threads: number;
  limits: ProbeLimits;
  store: ObjectStore;
  large: LargeObjects;
  inputs: InputCache;
  scratch: Scratch;
  stages: Stages;
  /** Told of each step of each attempt, for the log of the worker. */
  onStage(step: TaskRef & { piece: string; attempt: number; stage: PieceHeartbeat['stage'] }): void;
}

import type { TranscodePlan } from '../../contracts/plan.js';

/** What every run needs: programs, and a way to stop it. */
export interface Programs {
  ffmpeg: string;
  ffprobe: string;
}

export interface Progress {
  /** Pictures that are written. */
  frames: number;
  outTimeMs: number;
  /** Times the speed of playing; 0 until it is known. */
  speed: number;
}

/** One piece of work of a plan, done with local files alone. */
export interface PieceOptions extends Programs {
  plan: TranscodePlan;
  /** Where it is written; names are chosen by the piece. */
  folder: string;
  signal: AbortSignal;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a piece has cost, and what ffmpeg said meanwhile. */
export interface PieceCost {
  /** User and system time of all its processes. */
  cpuSeconds: number;
  /** Redacted, the last lines of level warning and above. */
  log: string[];
}

/** A file that was written and proven. */
export interface MadeFile {
  kind: 'video' | 'audio' | 'playlist' | 'thumbnails' | 'index';
  /** Absolute. */
  path: string;
  /** Beside the other outputs of the task. */
  name: string;
  contentType: string;
  rendition?: string;
  width?: number;
  height?: number;
  durationMs?: number;
  frames?: number;
  codecs?: string[];
  /** Bitrate of an HLS track: in its most demanding segment, and on average. */
  peakKbps?: number;
  averageKbps?: number;
}

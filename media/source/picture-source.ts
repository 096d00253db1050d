import type { ErrorCode } from '../../contracts/errors.js';
import type { PictureMode, PictureType } from '../../contracts/picture.js';
import type { Size } from '../../contracts/stream.js';
import type { CaptureIntent } from '../args/capture.js';

/** Decodes live sources, in whatever way, and gives the pictures that slots of the asked rate need. */
export interface PictureSource {
  open(intent: CaptureIntent, start: OpenStart): OpenSource;
}

export interface OpenStart {
  everyMs: number;
  /** Called in the order of the pictures' times, and no more once `signal` has aborted or the source has ended. */
  onPicture(picture: Picture): void;
  /** Ends the source at once. */
  signal: AbortSignal;
}

/** One connection to a source. */
export interface OpenSource {
  /** Asks for pictures at another rate; returns the milliseconds until they surely come at it. */
  change(everyMs: number): number;
  /** Resolves when the connection is over and nothing of it is left; never rejects. */
  ended: Promise<SourceEnd>;
}

/** One decoded picture: the frame in the source's size, then the variants in the order asked. */
export interface Picture {
  images: Image[];
  /** When it was made, on the wall clock: Unix milliseconds. */
  timeMs: number;
  /** Time stamp in the source's timeline, counted from the first one and made continuous. */
  ptsMs: number;
  mode: PictureMode;
}

export interface Image extends Size {
  bytes: Buffer;
  contentType: PictureType;
}

export interface SourceEnd {
  /** Why the source gave no more; without meaning where `signal` ended it. */
  code: ErrorCode;
  /** When its last picture came, of any age; undefined where none did. */
  lastArrivedMs: number | undefined;
  /** The source said how long it is, so its end is final: a file, or a playlist that is complete. */
  isFinite: boolean;
  /** The pictures changed size, which takes a new connection. */
  isResized: boolean;
  /** The last of what the decoder said, redacted. */
  tail: string[];
  /** How to see it by hand: a command line, redacted. */
  command: string;
}

import type { Gap, GapReason, LedgerPart } from '../../contracts/ledger.js';
import type { CaptureReport, Cut } from '../../contracts/messages.js';
import type { Policy } from '../../contracts/stream.js';
import type { PictureSource } from '../../media/source/picture-source.js';
import type { Freeze } from '../host/freeze-watch.js';
import type { Delivery } from '../delivery/deliver-frames.js';

/** What a capture is given for its whole life. */
export interface CaptureDeps {
  pictures: PictureSource;
  host: string;
  /** Which process of the host this is: one that is started again is another instance. */
  instance: string;
  delivery: Delivery;
  /** Monotonic, on the Unix epoch. */
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Called for each picture and each connection tried: the proof that the capture lives. */
  onProgress(): void;
  /** False while this host does not know whether its captures are still its own. */
  mayPublish(): boolean;
  /** When the process of this host last did not run. */
  lastFreeze(): Freeze | undefined;
  onReport(report: CaptureReport): void;
  onGaps(gaps: Gap[]): void;
  /** The account has a new policy, which a crash must not cost. */
  onPolicy(): void;
  /** The account has moved on. */
  onAccount(): void;
}

/** What goes before a capture's first slot. */
export interface CaptureStart {
  /** This capture's own part, as it stood when its host was lost. */
  resumes?: LedgerPart | undefined;
  /** Where the account of the segment before it ends. */
  continues?: Cut | undefined;
}

export interface Begin {
  continues: Cut | undefined;
  policy: Policy;
  /** Why pictures are missing up to the first one; undefined where the segment before it had them till the cut. */
  missing: GapReason | undefined;
  isAway: boolean;
}

import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { FrameLetter } from '../../contracts/frame-letter.js';
import type { Disposition } from '../../contracts/letter-fields.js';
import type { Breaker } from './breaker.js';
import type { OnProblem } from './delivery-news.js';
import type { Parcel } from './parcel.js';
import type { Spool } from './spool.js';

/** Where frames go whose delivery was given up. */
export interface Cemetery {
  /** What they take of the bytes that the spool may hold. */
  readonly usedBytes: number;
  /** False where there is no room for the frame, or nothing can be written: then it is a gap like any other. */
  bury(parcel: Parcel, givenUp: GivenUp): Promise<boolean>;
  /** Resolves when nothing is under way any more, once the delivery closes. */
  ended: Promise<void>;
}

/** Why and where the delivery of a frame was given up. */
export interface GivenUp {
  disposition: Disposition;
  stage: FrameLetter['stage'];
  failure: unknown;
  attempts: number;
  firstFailedAtMs: number;
  /** Where the images are already. */
  storedIn?: 'primary' | 'backup';
}

/** What a delivery gives to the cemetery that is opened for it. */
export interface CemeteryGround {
  spool: Spool;
  maxBytes: number;
  events: EventSink;
  /** The breaker of the topic of dead letters. */
  breaker: Breaker;
  closing: AbortSignal;
  onProblem: OnProblem;
}

import type { EventSink, EventSource, RecordSink } from '../../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import type { DeadLetterClosed } from '../../../contracts/dead-letter.js';
import type { Problem } from '../../../contracts/errors.js';
import type { FrameLetter } from '../../../contracts/frame-letter.js';
import type { LetterHead } from '../../../contracts/open-letters.js';
import type { TaskLetter } from '../../../contracts/task-letter.js';
import type { Finding } from '../find-letters.js';

/** Where frames may be; the first one takes what is redriven. */
export type Stores = readonly [ObjectStore, ...ObjectStore[]];

export interface RedriveDeps {
  stores: Stores;
  events: EventSink;
  source: EventSource;
  /** Takes the records of any topic. */
  records: RecordSink;
  /** Starts the task of a letter again, unless somebody has. */
  restartTask(letter: TaskLetter): Promise<void>;
}

/** Where the letters of a stretch have their bytes. */
export interface LetterPlace {
  holds(letter: LetterHead): boolean;
  bytes(letter: FrameLetter): Promise<readonly Buffer[] | undefined>;
  /** The frame is stored and announced; its bytes are needed no more. */
  release(letterId: string): Promise<void>;
}

export interface Sending extends RedriveDeps {
  place: LetterPlace;
  /** Whether its event was found in the log. */
  isAnnounced: boolean;
}

/** What a redrive does with letters of one kind. */
export interface LetterWork<Letter, Head> {
  /** The host that alone has the bytes. */
  hostOf(letter: Head): string | undefined;
  /** Ids of those that are where they belong and whose event was found. */
  announced?(deps: RedriveDeps, letters: { heads: readonly Head[]; finding: Finding }): Promise<Set<string>>;
  /** Each step may be repeated. */
  send(letter: Letter, sending: Sending): Promise<DeadLetterClosed['outcome']>;
  /** Rejects where its destination is down as a whole. */
  probe?(letter: Letter, deps: RedriveDeps): Promise<unknown>;
  /** What a letter says besides, once it was sent in vain. */
  afterFailure?(problem: Problem): Partial<Letter>;
}

import type { DeadLetter } from '../../contracts/dead-letter.js';
import type { LetterHead } from '../../contracts/open-letters.js';
import { FRAME_WORK } from './kinds/frame.js';
import type { LetterWork } from './kinds/letter-work.js';
import { RECORD_WORK } from './kinds/record.js';
import { TASK_WORK } from './kinds/task.js';

/** One row a kind. */
const WORK = { frame: FRAME_WORK, transcode: TASK_WORK, record: RECORD_WORK } as const;

export const KINDS_OF_WORK = Object.keys(WORK) as LetterHead['kind'][];

/** What belongs to a kind is only given to its own row. */
export const workOn = (kind: LetterHead['kind']): LetterWork<DeadLetter, LetterHead> =>
  WORK[kind] as unknown as LetterWork<DeadLetter, LetterHead>;

/** The host that alone has the bytes of a letter. */
export const hostOf = (letter: LetterHead): string | undefined => workOn(letter.kind).hostOf(letter);

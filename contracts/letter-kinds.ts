import { FRAME_LETTERS, frameHeadSchema, frameLetterSchema, type FrameLetter } from './frame-letter.js';
import type { LetterKind } from './letter-fields.js';
import { RECORD_LETTERS, recordHeadSchema, recordLetterSchema, type RecordLetter } from './record-letter.js';
import { TASK_LETTERS, taskLetterSchema, type TaskLetter } from './task-letter.js';

/** One row a kind; a head is a letter without the bytes that travel in it. */
export const LETTER_TABLE = {
  frame: { ...FRAME_LETTERS, schema: frameLetterSchema, head: frameHeadSchema },
  transcode: { ...TASK_LETTERS, schema: taskLetterSchema, head: taskLetterSchema },
  record: { ...RECORD_LETTERS, schema: recordLetterSchema, head: recordHeadSchema },
} as const;

export type LetterKindName = keyof typeof LETTER_TABLE;
export const LETTER_KINDS = Object.keys(LETTER_TABLE) as [LetterKindName, ...LetterKindName[]];

/** Whose letter it is. */
export type LetterSubject = {
  [Kind in LetterKindName]: { kind: Kind } & Parameters<(typeof LETTER_TABLE)[Kind]['subjectOf']>[0];
}[LetterKindName];

export const subjectOf = (about: LetterSubject): { tenant: string; subject: string } =>
  rowOf(about.kind).subjectOf(about);

/** What the records of a letter are keyed by. */
export const letterKey = (about: LetterSubject): string => subjectOf(about).subject;

export const stageOf = (letter: FrameLetter | TaskLetter | RecordLetter): string => rowOf(letter.kind).stageOf(letter);

/** What the letter of an id passes, and few others do; undefined where it is the id of no kind. */
export function filterOfId(letterId: string): { kind: LetterKindName; streamId?: string; taskId?: string } | undefined {
  const parts = letterId.split('/');
  const kind = LETTER_KINDS.find((name) => rowOf(name).idParts === parts.length);
  const field = kind && rowOf(kind).filter;
  return kind && { kind, ...(field ? { [field]: parts[1] } : {}) };
}

/** What belongs to a kind is only given to its own row. */
export const rowOf = (kind: LetterKindName): LetterKind<unknown, unknown> =>
  LETTER_TABLE[kind] as unknown as LetterKind<unknown, unknown>;

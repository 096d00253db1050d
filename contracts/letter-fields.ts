import { z } from 'zod';
import { ERRORS, isErrorCode, type ErrorCode } from './errors.js';

/**
 * Why a delivery was given up: `poison` fails whatever the destination does, `rejected` was denied by a destination that
 * works, `exhausted` outlived its time or tries. After KIP-1317, which wants a consumer to tell the three apart.
 */
export const DISPOSITIONS = ['poison', 'rejected', 'exhausted'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Bytes that travel inside the letter; a record of Kafka's default size limit holds them in base64. */
export const MAX_INLINE_BYTES = 512 * 1024;

/** A time that can be told: others make the letter one that cannot be read. */
export const timeMsSchema = z.int().min(0).max(8.64e15);

/** What letters of every kind say. */
export const letterFields = {
  disposition: z.enum(DISPOSITIONS),
  /** The last failure, catalogued. */
  code: z.string().refine(isErrorCode),
  /** Redacted. */
  message: z.string(),
  attempts: z.int().min(0),
  firstFailedAtMs: timeMsSchema,
  lastFailedAtMs: timeMsSchema,
  /** How often it was sent again since it was first given up. */
  redrives: z.int().min(0),
};

/** What a failure says of the letter that it leaves. */
export function dispositionOf(code: ErrorCode): Disposition {
  if (ERRORS[code].retryable) return 'exhausted';
  return code.endsWith('-denied') ? 'rejected' : 'poison';
}

/** What the table of kinds says of each. */
export interface LetterKind<Letter, About, Head = Letter> {
  /** The tenant, and what its records are keyed by. */
  subjectOf(about: About): { tenant: string; subject: string };
  /** What was being done when it was given up. */
  stageOf(letter: Letter): string;
  /** The id that a letter of its content has: one that says another is no letter. */
  idOf(letter: Head): string;
  /** The letter where what travels in it cannot be read: it can be sent in vain, and recorded. */
  withoutBytes(head: Head): Letter;
  /** The field of a filter that names its subject. */
  filter?: 'streamId' | 'taskId';
  /** Parts of its ids, between slashes: no two kinds have as many. */
  idParts: number;
}

import { z } from 'zod';
import type { ReelayEvent } from './events.js';
import { LETTER_TABLE, stageOf, subjectOf, type LetterSubject } from './letter-kinds.js';

type LetterSchema = (typeof LETTER_TABLE)[keyof typeof LETTER_TABLE]['schema'];
const schemas = Object.values(LETTER_TABLE).map(({ schema }) => schema) as [LetterSchema, ...LetterSchema[]];
export const deadLetterSchema = z.discriminatedUnion('kind', schemas);
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** The end of a letter: on the same topic and key, so that the topic alone says what is still dead. */
export const deadLetterClosedSchema = z.object({
  letterId: z.string(),
  /** `restarted` for a task, `republished` for a record: should it fail again, that is another letter. */
  outcome: z.enum(['stored', 'already-stored', 'restarted', 'republished']),
  redrives: z.int().min(0),
  atMs: z.int(),
});
export type DeadLetterClosed = z.infer<typeof deadLetterClosedSchema>;

export const DEAD_LETTER_TYPES = {
  recorded: 'dev.reelay.dead-letter.recorded.v1',
  closed: 'dev.reelay.dead-letter.closed.v1',
} as const;

/** Each time a letter is given up is an event of its own. Headers are those of Kafka Connect, and ours beside them. */
export const deadLetterEvent = (dead: DeadLetter): ReelayEvent<DeadLetter> => ({
  ...envelopeOf(dead),
  id: `${dead.letterId}/dead/${dead.redrives}`,
  type: DEAD_LETTER_TYPES.recorded,
  time: new Date(dead.lastFailedAtMs).toISOString(),
  headers: {
    '__connect.errors.stage': stageOf(dead),
    '__connect.errors.exception.class.name': dead.code,
    '__connect.errors.exception.message': dead.message,
    'reelay.kind': dead.kind,
    'reelay.disposition': dead.disposition,
    'reelay.attempts': String(dead.attempts),
    'reelay.first-failure': new Date(dead.firstFailedAtMs).toISOString(),
    'reelay.last-failure': new Date(dead.lastFailedAtMs).toISOString(),
    'reelay.redrives': String(dead.redrives),
  },
  data: dead,
});

export const deadLetterClosedEvent = (
  about: LetterSubject,
  closed: DeadLetterClosed,
): ReelayEvent<DeadLetterClosed> => ({
  ...envelopeOf(about),
  id: `${closed.letterId}/closed/${closed.redrives}`,
  type: DEAD_LETTER_TYPES.closed,
  time: new Date(closed.atMs).toISOString(),
  data: closed,
});

function envelopeOf(about: LetterSubject): { source: string; subject: string } {
  const { tenant, subject } = subjectOf(about);
  return { source: `/reelay/${tenant}`, subject };
}

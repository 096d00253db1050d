import { z } from 'zod';
import { NAME_PATTERN, redriveWorkflowId } from './ids.js';
import { DISPOSITIONS } from './letter-fields.js';
import { LETTER_KINDS, rowOf, subjectOf } from './letter-kinds.js';
import type { LetterHead } from './open-letters.js';
import { parseRequest } from './request.js';

/** A letter that was sent again in vain so often is parked: it is listed, and left alone unless a higher limit is given. */
export const MAX_REDRIVES = 5;

const filter = {
  kind: z.enum(LETTER_KINDS).optional(),
  tenant: z.string().regex(NAME_PATTERN).optional(),
  streamId: z.string().regex(NAME_PATTERN).optional(),
  taskId: z.string().regex(NAME_PATTERN).optional(),
  disposition: z.enum(DISPOSITIONS).optional(),
  /** Only letters whose last failure was before this time, Unix milliseconds. */
  beforeMs: z.int().min(0).optional(),
};
const letterFilterSchema = z.strictObject(filter);
export type LetterFilter = z.infer<typeof letterFilterSchema>;

/** What starts a redrive; `{}` sends all again that is open at its start and not parked. */
export const redriveRequestSchema = z.strictObject({
  ...filter,
  maxRedrives: z.int().min(1).default(MAX_REDRIVES),
});
export type RedriveRequest = z.input<typeof redriveRequestSchema>;

export const parseLetterFilter = (input: unknown): LetterFilter => parseRequest(letterFilterSchema, input);

export const parseRedriveRequest = (input: unknown): z.output<typeof redriveRequestSchema> =>
  parseRequest(redriveRequestSchema, input);

export const redriveIdOf = ({
  kind,
  tenant,
  streamId,
  taskId,
  disposition,
  beforeMs,
  maxRedrives,
}: RedriveRequest): string =>
  redriveWorkflowId({
    kind,
    tenant,
    stream: streamId,
    task: taskId,
    disposition,
    before: beforeMs === undefined ? undefined : new Date(beforeMs).toISOString(),
    'max-redrives': maxRedrives === undefined || maxRedrives === MAX_REDRIVES ? undefined : String(maxRedrives),
  });

export function isWanted(letter: LetterHead, wanted: LetterFilter): boolean {
  const { kind, disposition, lastFailedAtMs } = letter;
  const { tenant, subject } = subjectOf(letter);
  return (
    (wanted.kind ?? kind) === kind &&
    (wanted.disposition ?? disposition) === disposition &&
    (wanted.tenant ?? tenant) === tenant &&
    (['streamId', 'taskId'] as const).every((field) => isNamed(wanted[field], { field, kind, subject })) &&
    lastFailedAtMs < (wanted.beforeMs ?? Infinity)
  );
}

const isNamed = (
  wanted: string | undefined,
  { field, kind, subject }: { field: 'streamId' | 'taskId'; kind: LetterHead['kind']; subject: string },
): boolean => wanted === undefined || (rowOf(kind).filter === field && wanted === subject);

/** What the records of all wanted letters are keyed by, where that is one thing. */
export const filterKey = ({ streamId, taskId }: LetterFilter): { key?: string } => {
  const key = streamId ?? taskId;
  return key === undefined ? {} : { key };
};

export const isParked = ({ redrives }: LetterHead, maxRedrives: number = MAX_REDRIVES): boolean =>
  redrives >= maxRedrives;

export interface RedriveTally {
  /** Stored or announced by this redrive. */
  stored: number;
  /** Stored and announced before. */
  alreadyStored: number;
  /** Tasks that were started again. */
  restarted: number;
  /** Recorded anew, with one redrive more. */
  failed: number;
  /** Records that are in their topic again; not told where there is none. */
  republished?: number;
}

export const NO_TALLY: RedriveTally = { stored: 0, alreadyStored: 0, restarted: 0, failed: 0 };

export function addTally(a: RedriveTally, b: RedriveTally): RedriveTally {
  const republished = (a.republished ?? 0) + (b.republished ?? 0);
  return {
    stored: a.stored + b.stored,
    alreadyStored: a.alreadyStored + b.alreadyStored,
    restarted: a.restarted + b.restarted,
    failed: a.failed + b.failed,
    ...(republished > 0 ? { republished } : {}),
  };
}

/** Letters that were sent, in vain or not. */
export const sentOf = ({ stored, alreadyStored, restarted, failed, republished = 0 }: RedriveTally): number =>
  stored + alreadyStored + restarted + failed + republished;

/** One stretch of a redrive, which one activity works off. */
export interface RedriveStretch extends LetterFilter {
  beforeMs: number;
  maxRedrives: number;
  /** Letters that it may take. */
  limit: number;
}

export interface StretchResult {
  tally: RedriveTally;
  /** Letters that are still to be sent from here. */
  left: number;
  parked: number;
  /** Letters whose bytes only their host has, by host. */
  onHosts: Record<string, number>;
  /** Those of hosts that do not run, or never did; not told by earlier versions. */
  onAbsentHosts?: Record<string, number>;
}

/** What a redrive answers while it runs and in the end. */
export interface RedriveState {
  beforeMs: number;
  tally: RedriveTally;
  left: number;
  parked: number;
  /** Letters that only their host can send and has not sent, by host; in the end those whose host is away. */
  waitingFor: Record<string, number>;
}

import { z } from 'zod';
import { isErrorCode } from './errors.js';
import type { ReelayEvent } from './events.js';
import { FULL, JPEG, PICTURE_MODES, PICTURE_TYPES } from './picture.js';
import { TRANSCODE_PHASES, transcodeRequestSchema } from './transcode.js';

/**
 * Why a delivery was given up: `poison` fails whatever the destination does, `rejected` was denied by a destination that
 * works, `exhausted` outlived its time or tries. After KIP-1317, which wants a consumer to tell the three apart.
 */
export const DISPOSITIONS = ['poison', 'rejected', 'exhausted'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Bytes that travel inside the letter; a record of Kafka's default size limit holds them in base64. */
export const MAX_INLINE_BYTES = 512 * 1024;

const image = z.object({
  key: z.string(),
  /** Frames of earlier versions do not say it. */
  contentType: z.enum(PICTURE_TYPES).default(JPEG),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  sha256: z.string().length(64),
});

/** A captured slot on its way to the store: what is known of it, and its images in the order frame, variants. */
export const frameSchema = z.object({
  session: z.object({ tenant: z.string(), streamId: z.string(), sessionId: z.string() }),
  epoch: z.int(),
  slotMs: z.int(),
  everyMs: z.int(),
  capturedAtMs: z.int(),
  ptsMs: z.int(),
  /** Frames of earlier versions do not say it. */
  mode: z.enum(PICTURE_MODES).default(FULL),
  images: z.array(image).min(1),
});

const letter = {
  disposition: z.enum(DISPOSITIONS),
  /** The last failure, catalogued. */
  code: z.string().refine(isErrorCode),
  /** Redacted. */
  message: z.string(),
  attempts: z.int().min(0),
  firstFailedAtMs: z.int(),
  lastFailedAtMs: z.int(),
  /** How often it was sent again since it was first given up. */
  redrives: z.int().min(0),
};

export const frameLetterSchema = z.object({
  /** `<tenant>/<streamId>/<sessionId>/<slotMs>`: one slot has one letter, however often its delivery is given up. */
  letterId: z.string(),
  kind: z.literal('frame'),
  ...letter,
  /** What the delivery was doing. */
  stage: z.enum(['spool', 'store', 'events']),
  /** Tries of this frame itself; none where its destination was known to refuse. */
  attempts: z.int().min(0),
  /** The host that gave it up. */
  host: z.string(),
  frame: frameSchema,
  /** Where the bytes of the images are, in their order. */
  content: z.discriminatedUnion('at', [
    z.object({ at: z.literal('letter'), images: z.array(z.base64()) }),
    /** In the dead folder of the host's spool, which alone can send them. */
    z.object({ at: z.literal('spool') }),
    /** Already in the store, or in the backup store: only the event is missing. */
    z.object({ at: z.literal('store'), isBackup: z.boolean() }),
  ]),
});
export type FrameLetter = z.infer<typeof frameLetterSchema>;

export const taskLetterSchema = z.object({
  /** `<tenant>/<taskId>/<runId>`: each start of a task that failed has a letter. */
  letterId: z.string(),
  kind: z.literal('transcode'),
  ...letter,
  task: z.object({ tenant: z.string(), taskId: z.string() }),
  /** The run that failed. */
  runId: z.string(),
  /** Where it was. */
  phase: z.enum(TRANSCODE_PHASES),
  /** What starts the task again, with its addresses redacted. */
  request: transcodeRequestSchema,
  /** False where an address lost a secret by that: then the request is taken from the history of the run. */
  isWhole: z.boolean(),
});
export type TaskLetter = z.infer<typeof taskLetterSchema>;

export const deadLetterSchema = z.discriminatedUnion('kind', [frameLetterSchema, taskLetterSchema]);
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** The end of a letter: on the same topic and key, so that the topic alone says what is still dead. */
export const deadLetterClosedSchema = z.object({
  letterId: z.string(),
  /** `restarted` for a task: should it fail again, that is another letter. */
  outcome: z.enum(['stored', 'already-stored', 'restarted']),
  redrives: z.int().min(0),
  atMs: z.int(),
});
export type DeadLetterClosed = z.infer<typeof deadLetterClosedSchema>;

export const DEAD_LETTER_TYPES = {
  recorded: 'dev.reelay.dead-letter.recorded.v1',
  closed: 'dev.reelay.dead-letter.closed.v1',
} as const;

export const letterIdOf = ({ session, slotMs }: Pick<FrameLetter['frame'], 'session' | 'slotMs'>): string =>
  `${session.tenant}/${session.streamId}/${session.sessionId}/${slotMs}`;

/** What its records are keyed by: the stream or the task. */
export const letterKey = (about: LetterSubject): string => subjectOf(about).subject;

/** Whose letter it is. */
export type LetterSubject =
  { kind: 'frame'; frame: Pick<FrameLetter['frame'], 'session'> } | { kind: 'transcode'; task: TaskLetter['task'] };

export const subjectOf = (about: LetterSubject): { tenant: string; subject: string } =>
  about.kind === 'frame'
    ? { tenant: about.frame.session.tenant, subject: about.frame.session.streamId }
    : { tenant: about.task.tenant, subject: about.task.taskId };

/** Each time a letter is given up is an event of its own. Headers are those of Kafka Connect, and ours beside them. */
export const deadLetterEvent = (dead: DeadLetter): ReelayEvent<DeadLetter> => ({
  ...envelopeOf(dead),
  id: `${dead.letterId}/dead/${dead.redrives}`,
  type: DEAD_LETTER_TYPES.recorded,
  time: new Date(dead.lastFailedAtMs).toISOString(),
  headers: {
    '__connect.errors.stage': dead.kind === 'frame' ? dead.stage : dead.phase,
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

import { z } from 'zod';
import { NAME_PATTERN, taskRefOf, type TaskRef } from './ids.js';
import { letterFields, type Disposition, type LetterKind } from './letter-fields.js';
import { redact } from './redact.js';
import type { TaskLetterInput } from './transcode-work.js';
import { TRANSCODE_PHASES, transcodeRequestSchema, type TranscodeSettings } from './transcode.js';

const name = z.string().regex(NAME_PATTERN);

export const taskLetterSchema = z.object({
  /** `<tenant>/<taskId>/<runId>`: each start of a task that failed has a letter. */
  letterId: z.string(),
  kind: z.literal('transcode'),
  ...letterFields,
  task: z.object({ tenant: name, taskId: name }),
  /** The run that failed. */
  runId: name,
  /** Where it was. */
  phase: z.enum(TRANSCODE_PHASES),
  /** What starts the task again, with its addresses redacted. */
  request: transcodeRequestSchema,
  /** False where an address lost a secret by that: then the request is taken from the history of the run. */
  isWhole: z.boolean(),
});
export type TaskLetter = z.infer<typeof taskLetterSchema>;

export const TASK_LETTERS: LetterKind<TaskLetter, Pick<TaskLetter, 'task'>> = {
  subjectOf: ({ task }) => ({ tenant: task.tenant, subject: task.taskId }),
  stageOf: ({ phase }) => phase,
  idOf: ({ task, runId }) => idOf(task, runId),
  withoutBytes: (letter) => letter,
  filter: 'taskId',
  idParts: 3,
};

/** The letter of a run that was given up; the same for the same run, whenever it is made. */
export function taskLetterOf(
  { settings, problem, phase, runId, startedAtMs, redrives }: TaskLetterInput,
  { disposition, nowMs }: { disposition: Disposition; nowMs: number },
): TaskLetter {
  const task = taskRefOf(settings);
  const request = withoutSecrets(settings);
  return {
    letterId: idOf(task, runId),
    kind: 'transcode',
    disposition,
    task,
    runId,
    phase,
    redrives,
    request,
    code: problem.code,
    message: redact(problem.message),
    attempts: redrives + 1,
    firstFailedAtMs: startedAtMs,
    lastFailedAtMs: nowMs,
    isWhole: request.input.url === settings.input.url && request.callback?.url === settings.callback?.url,
  };
}

const idOf = ({ tenant, taskId }: TaskRef, runId: string): string => `${tenant}/${taskId}/${runId}`;

/** Addresses may hold credentials, and topics are read by many. */
const withoutSecrets = ({ input, callback, ...rest }: TranscodeSettings): TranscodeSettings => ({
  ...rest,
  input: { ...input, url: redact(input.url) },
  ...(callback ? { callback: { ...callback, url: redact(callback.url) } } : {}),
});

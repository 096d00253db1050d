import { z } from 'zod';
import { taskRefOf } from './ids.js';
import { letterFields, type Disposition, type LetterKind } from './letter-fields.js';
import { redact } from './redact.js';
import type { TaskLetterInput } from './transcode-work.js';
import { TRANSCODE_PHASES, transcodeRequestSchema, type TranscodeSettings } from './transcode.js';

export const taskLetterSchema = z.object({
  /** `<tenant>/<taskId>/<runId>`: each start of a task that failed has a letter. */
  letterId: z.string(),
  kind: z.literal('transcode'),
  ...letterFields,
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

export const TASK_LETTERS: LetterKind<TaskLetter, Pick<TaskLetter, 'task'>> = {
  subjectOf: ({ task }) => ({ tenant: task.tenant, subject: task.taskId }),
  stageOf: ({ phase }) => phase,
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
    letterId: `${task.tenant}/${task.taskId}/${runId}`,
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

/** Addresses may hold credentials, and topics are read by many. */
const withoutSecrets = ({ input, callback, ...rest }: TranscodeSettings): TranscodeSettings => ({
  ...rest,
  input: { ...input, url: redact(input.url) },
  ...(callback ? { callback: { ...callback, url: redact(callback.url) } } : {}),
});

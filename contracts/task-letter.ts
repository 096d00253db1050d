import type { Disposition, TaskLetter } from './dead-letter.js';
import { taskRefOf } from './ids.js';
import { redact } from './redact.js';
import type { TaskLetterInput } from './transcode-work.js';
import type { TranscodeSettings } from './transcode.js';

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
  input: { url: redact(input.url) },
  ...(callback ? { callback: { ...callback, url: redact(callback.url) } } : {}),
});

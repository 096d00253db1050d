import { readFirstInput } from '../../records/first-input.js';
import { assertName, DEFAULT_TENANT, transcodeWorkflowId, type TaskRef } from '../../contracts/ids.js';
import { parseTranscodeRequest, type TranscodeSettings } from '../../contracts/transcode.js';
import { requestIn } from '../../contracts/workflows.js';
import type { Reelay } from '../connect.js';

/** A task by its id; the tenant is `default` unless given. */
export interface TaskName {
  taskId: string;
  tenant?: string;
}

export function taskOf({ taskId, tenant = DEFAULT_TENANT }: TaskName): TaskRef {
  assertName(taskId, 'task');
  assertName(tenant, 'tenant');
  return { taskId, tenant };
}

export const taskHandle = ({ temporal }: Reelay, task: TaskRef, runId?: string) =>
  temporal.workflow.getHandle(transcodeWorkflowId(task), runId);

/** What a run of a task was started with, while Temporal retains it. */
export async function startedSettings(
  { temporal }: Reelay,
  { task, runId }: { task: TaskRef; runId: string },
): Promise<TranscodeSettings> {
  const input = await readFirstInput(temporal, { workflowId: transcodeWorkflowId(task), runId });
  return parseTranscodeRequest(requestIn('transcode', input));
}

import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { TaskLetter } from '../../contracts/task-letter.js';
import { admitRequest } from '../../contracts/admit-request.js';
import { fault, problemOf } from '../../contracts/errors.js';
import { readFirstInput } from '../../records/first-input.js';
import { transcodeWorkflowId } from '../../contracts/ids.js';
import { taskStart } from '../../contracts/task-start.js';
import { parseTranscodeRequest, type TranscodeSettings } from '../../contracts/transcode.js';
import { requestIn, WORKFLOWS } from '../../contracts/workflows.js';

type Tasks = Pick<Client, 'workflow' | 'options'>;

/**
 * Starts the task of a letter again under its id, counting that. Where another run of it is there since, or begins at
 * the same moment, somebody else has: then there is nothing to do.
 */
export const createRestartTask = (client: Tasks) =>
  async function restartTask(letter: TaskLetter): Promise<void> {
    const newest = await newestRun(client, letter);
    if (newest !== undefined && newest !== letter.runId) return;
    const settings = letter.isWhole ? admitted(letter) : await startedWith(client, letter);
    try {
      await client.workflow.start(WORKFLOWS.transcode.type, taskStart(settings, { redrives: letter.redrives + 1 }));
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  };

/** What a topic says of a task is held to what a caller's request is, and is of that task. */
function admitted({ letterId, request, task }: TaskLetter): TranscodeSettings {
  const refused = (why: string) => fault('dead-letter-unusable', `letter ${letterId}: its request is refused: ${why}`);
  let settings: TranscodeSettings;
  try {
    settings = admitRequest(request);
  } catch (error) {
    throw refused(problemOf(error)?.message ?? String(error));
  }
  if (settings.tenant !== task.tenant || settings.taskId !== task.taskId) throw refused('it is that of another task');
  return settings;
}

async function newestRun({ workflow }: Tasks, { task }: TaskLetter): Promise<string | undefined> {
  try {
    return (await workflow.getHandle(transcodeWorkflowId(task)).describe()).runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function startedWith(client: Tasks, letter: TaskLetter): Promise<TranscodeSettings> {
  const { task, runId, letterId } = letter;
  const input = await readFirstInput(client, { workflowId: transcodeWorkflowId(task), runId }).catch(
    (error: unknown) => {
      if (problemOf(error)) throw error; // a key that this worker lacks
      return undefined; // past its retention
    },
  );
  if (input !== undefined) return parseTranscodeRequest(requestIn('transcode', input));
  throw fault(
    'dead-letter-unusable',
    `letter ${letterId}: its request holds a secret, and Temporal no longer has the run that knew it; submit the task again`,
  );
}

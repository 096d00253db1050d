import { problemOf } from '../../contracts/errors.js';
import { taskRefOf, type TaskRef } from '../../contracts/ids.js';
import { defaultOutputPrefix, manifestKey, taskLogPrefix, workPrefix } from '../../contracts/keys.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { isBelow } from '../../contracts/object-address.js';
import { outputPrefixOf } from '../../contracts/output-prefix.js';
import { readManifest } from '../../records/read-manifest.js';
import { removeBelow } from '../../records/remove-below.js';
import type { Reelay } from '../connect.js';
import { askTask } from '../temporal-fault.js';
import { startedSettings, taskHandle, taskOf, type TaskName } from './task-name.js';

export interface DeletedTask extends TaskRef {
  outputPrefix: string;
  removed: number;
}

/**
 * Removes all that a task has left in the store: its manifest first, so that nothing names what is going, then outputs,
 * work and logs. A task that runs is cancelled first, and its end is waited for. May be repeated.
 */
export async function deleteTranscode(
  reelay: Reelay,
  { outputPrefix: given, ...name }: TaskName & { outputPrefix?: string },
): Promise<DeletedTask> {
  const task = taskOf(name);
  const { store, large: objects } = await reelay.adapters();
  const outputPrefix = (await endedPrefix(reelay, task)) ?? given ?? defaultOutputPrefix(task);
  const manifest = await readManifest(store, outputPrefix);
  let removed = 0;
  // Another task may have published to the same prefix since.
  if (manifest?.taskId === task.taskId && manifest.tenant === task.tenant) {
    await objects.remove([manifestKey(outputPrefix)]);
    const outputs = ownOutputs(manifest, outputPrefix);
    await objects.remove(outputs);
    removed += 1 + outputs.length;
  }
  for (const prefix of [workPrefix(task), taskLogPrefix(task)])
    removed += await removeBelow({ store, objects }, prefix);
  return { ...taskRefOf(task), outputPrefix, removed };
}

/** A manifest is what somebody put there: what it names elsewhere is not removed for it. */
const ownOutputs = ({ outputs }: TranscodeManifest, outputPrefix: string): string[] =>
  outputs.map(({ key }) => key).filter((key) => isBelow(key, `${outputPrefix}/`));

/** Where the outputs of a task are that runs no more; undefined where Temporal no longer knows it. */
async function endedPrefix(reelay: Reelay, task: TaskRef): Promise<string | undefined> {
  const { store } = await reelay.adapters();
  const call = async (): Promise<{ runId: string; isRunning: boolean; prefix: string }> => {
    const { runId, status } = await taskHandle(reelay, task).describe();
    const prefix = outputPrefixOf(await startedSettings(reelay, { task, runId }), store);
    return { runId, isRunning: status.name === 'RUNNING', prefix };
  };
  const found = await askTask(reelay, { task, call }).catch((error: unknown) => {
    if (problemOf(error)?.code !== 'task-not-found') throw error;
    return undefined;
  });
  if (found?.isRunning) {
    const run = taskHandle(reelay, task, found.runId);
    await run.cancel();
    await run.result().catch(() => undefined); // however it ends
  }
  return found?.prefix;
}

import { isCancellation, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { TaskActivities } from '../../activities/index.js';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { callbackWorkflowId } from '../../contracts/ids.js';
import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';
import type { CallbackInput, RemoveInput, UnitInput } from '../../contracts/transcode-work.js';
import { deliverCallback } from '../deliver-callback.js';
import { RECORD } from '../policies.js';
import { announce } from './announce-task.js';
import { runIdOf, setStatus, type Task } from './task.js';

export interface TaskEnd {
  status: 'failed' | 'cancelled' | 'expired';
  problem: Problem;
  error: unknown;
}

/** How a task ends that did not get done. */
export function endOf(error: unknown): TaskEnd {
  if (isCancellation(error))
    return {
      ...{ status: 'cancelled', error },
      problem: { code: 'task-cancelled', message: 'cancelled on request; finished pieces stay for a retry' },
    };
  const problem = problemOf(error) ?? { code: 'encode-failed', message: String(error) };
  return { status: problem.code === 'task-expired' ? 'expired' : 'failed', problem, error };
}

/** Writes the manifest, which is what makes the outputs known; before it nobody can tell them from what was never made. */
export async function publish(
  task: Task,
  { unit, outputs }: { unit: UnitInput; outputs: TranscodeOutput[] },
): Promise<TranscodeManifest> {
  const { publishManifest } = record('publish the manifest');
  const { warnings } = task.state;
  return publishManifest({ ...unit, outputs, warnings, cpuSeconds: task.cpuSeconds });
}

export async function closeSucceeded(task: Task, manifest: TranscodeManifest): Promise<void> {
  task.state.manifest = manifest;
  task.state.percent = 100;
  setStatus(task, 'succeeded');
  await callBack(task, { kind: 'succeeded', event: announce(task, 'succeeded') });
  await record('remove the pieces').removeTraces({ settings: task.settings, what: ['work'] });
}

/** Takes away what nobody is to find, keeps what a retry can use, and leaves a letter unless somebody wanted it so. */
export async function closeFailed(task: Task, { status, problem }: TaskEnd): Promise<void> {
  const { settings, inspection, policy, state } = task;
  state.problem = problem;
  if (inspection) {
    const { unit, outputPrefix } = inspection;
    const what = removedAfter(task, problem);
    await record('remove the outputs').removeTraces({ settings, what, unit, outputPrefix });
  }
  if (status !== 'cancelled') {
    const { phase, startedAtMs } = state;
    const letter = { settings, problem, phase, runId: runIdOf(), startedAtMs, redrives: policy.redrives };
    await record('leave a dead letter').recordTaskLetter(letter);
  }
  setStatus(task, status);
  const kind = status === 'cancelled' ? 'cancelled' : 'failed';
  await callBack(task, { kind, event: announce(task, kind) });
}

/** Pieces that do not make a whole that can be proven would not do so in a retry either. */
const removedAfter = ({ state }: Task, { code }: Problem): RemoveInput['what'] =>
  state.phase === 'assemble' && code === 'output-unproven' ? ['outputs', 'work'] : ['outputs'];

/** By a workflow of its own: whoever does not answer for a day holds up no task. */
async function callBack({ settings }: Task, told: Pick<CallbackInput, 'kind' | 'event'>): Promise<void> {
  const { callback } = settings;
  if (!callback) return;
  await startChild(deliverCallback, {
    workflowId: callbackWorkflowId(settings, runIdOf()),
    args: [{ callback, ...told }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
}

const record = (summary: string): TaskActivities => proxyActivities<TaskActivities>({ ...RECORD, summary });

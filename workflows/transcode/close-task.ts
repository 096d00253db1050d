import {
  CancellationScope,
  CancelledFailure,
  isCancellation,
  ParentClosePolicy,
  patched,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';
import type { TaskActivities } from '../../activities/index.js';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { callbackWorkflowId } from '../../contracts/ids.js';
import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';
import type { TranscodeEventKind } from '../../contracts/transcode-events.js';
import type { Inspection, RemoveInput } from '../../contracts/transcode-work.js';
import { deliverCallback } from '../deliver-callback.js';
import type { Holder } from '../kit/holder.js';
import { RECORD } from '../policies.js';
import { announcementOf, withAnnouncement, withEnd, withManifest, withProblem } from '../state/task-machine.js';
import type { TaskMachine } from '../state/task-state.js';
import { showTask } from './show-task.js';

export interface TaskEnd {
  status: 'failed' | 'cancelled' | 'expired';
  problem: Problem;
  error: unknown;
}

/** How a task ends that did not get done. */
export function endOf(error: unknown): TaskEnd {
  if (isCancellation(error)) {
    const message = 'cancelled on request; finished pieces stay for a retry';
    return { status: 'cancelled', problem: { code: 'task-cancelled', message }, error };
  }
  const problem = problemOf(error) ?? { code: 'encode-failed', message: String(error) };
  return { status: problem.code === 'task-expired' ? 'expired' : 'failed', problem, error };
}

/**
 * Writes the manifest, which is what makes the outputs known; before it nobody can tell them from what was never made. Once
 * begun it is done, whoever cancels meanwhile: a manifest may not come to name outputs that are taken away.
 */
export async function publish(
  { settings, state, cpuSeconds }: TaskMachine,
  { inspection, outputs }: { inspection: Inspection; outputs: TranscodeOutput[] },
): Promise<TranscodeManifest> {
  const { unit, outputPrefix } = inspection;
  const { publishManifest } = toRecord('publish the manifest');
  const write = (): Promise<TranscodeManifest> =>
    publishManifest({ settings, unit, outputPrefix, outputs, warnings: state.warnings, cpuSeconds });
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled before it was published');
  return patched(PUBLISH_IS_WHOLE) ? CancellationScope.nonCancellable(write) : write();
}

/** In histories of tasks that have published so; those before it could be cancelled meanwhile. */
const PUBLISH_IS_WHOLE = 'publish-is-whole';

export async function closeSucceeded(holder: Holder<TaskMachine>, manifest: TranscodeManifest): Promise<void> {
  holder.machine = withEnd(withManifest(holder.machine, manifest), { status: 'succeeded', atMs: Date.now() });
  showTask(holder.machine);
  await tellOfEnd(holder, 'succeeded');
  await toRecord('remove the pieces').removeTraces({ settings: holder.machine.settings, what: ['work'] });
}

/** Takes away what nobody is to find, keeps what a retry can use, and leaves a letter unless somebody wanted it so. */
export async function closeFailed(holder: Holder<TaskMachine>, { status, problem }: TaskEnd): Promise<void> {
  holder.machine = withProblem(holder.machine, problem);
  const { settings, inspection, policy, state, runId } = holder.machine;
  if (inspection) {
    const { unit, outputPrefix } = inspection;
    const what = removedAfter(holder.machine, problem);
    await toRecord('remove the outputs').removeTraces({ settings, what, unit, outputPrefix });
  }
  if (status !== 'cancelled') {
    const { phase, startedAtMs } = state;
    const letter = { settings, problem, phase, runId, startedAtMs, redrives: policy.redrives };
    await toRecord('leave a dead letter').recordTaskLetter(letter);
  }
  holder.machine = withEnd(holder.machine, { status, atMs: Date.now() });
  showTask(holder.machine);
  await tellOfEnd(holder, status === 'cancelled' ? 'cancelled' : 'failed');
}

/** Pieces that do not make a whole that can be proven would not do so in a retry either. */
const removedAfter = ({ state }: TaskMachine, { code }: Problem): RemoveInput['what'] =>
  state.phase === 'assemble' && code === 'output-unproven' ? ['outputs', 'work'] : ['outputs'];

/** A callback is a workflow of its own: a receiver that does not answer for a day holds up no task. */
async function tellOfEnd(holder: Holder<TaskMachine>, kind: TranscodeEventKind): Promise<void> {
  const told = announcementOf(holder.machine, { kind, atMs: Date.now() });
  holder.machine = withAnnouncement(holder.machine, told);
  const { settings, runId } = holder.machine;
  const { callback } = settings;
  if (!callback) return;
  await startChild(deliverCallback, {
    workflowId: callbackWorkflowId(settings, runId),
    args: [{ callback, ...told }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
}

const toRecord = (summary: string): TaskActivities => proxyActivities<TaskActivities>({ ...RECORD, summary });

import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import PQueue from 'p-queue';
import { admitRequest } from '../contracts/admit-request.js';
import { fault, problemOf, type Problem } from '../contracts/errors.js';
import { transcodeWorkflowId, type TaskRef } from '../contracts/ids.js';
import { failureKey } from '../contracts/keys.js';
import type { TranscodeManifest } from '../contracts/manifest.js';
import { playSignal } from '../contracts/messages.js';
import { outputPrefixOf } from '../contracts/output-prefix.js';
import { redact } from '../contracts/redact.js';
import { isRequestHash, requestHash } from '../contracts/request-hash.js';
import { taskStart } from '../contracts/task-start.js';
import { parseTranscodeRequest, type TranscodeRequest, type TranscodeSettings } from '../contracts/transcode.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import type { Reelay } from './connect.js';
import { listDeadLetters } from './dead-letters.js';
import { askTask } from './temporal-fault.js';
import { readManifest } from '../records/read-manifest.js';
import { startedSettings, taskHandle, taskOf, type TaskName } from './transcodes/task-name.js';

export interface SubmittedTask extends TaskRef {
  workflowId: string;
  /** Missing where Temporal no longer knows the task, and its manifest alone does. */
  runId?: string;
  /** False where it runs or was done already, with the same request. */
  isNew: boolean;
  isDone: boolean;
  /** The manifest of a task that was done before. */
  manifest?: TranscodeManifest;
}

/**
 * Starts a task. The same id with the same request attaches to the task that runs or is done, however long ago; with
 * another request it fails with `task-conflict`. A task that failed or was cancelled is started again, and goes on with
 * what it had finished. Bad input fails before anything is started, with the code that names it.
 */
export const submitTranscode = async (reelay: Reelay, request: TranscodeRequest): Promise<SubmittedTask> =>
  submit(reelay, { settings: admitRequest(request), startsOnce: false });

interface Submission {
  settings: TranscodeSettings;
  startsOnce: boolean;
}

async function submit(reelay: Reelay, { settings, startsOnce }: Submission): Promise<SubmittedTask> {
  const { store } = await reelay.adapters();
  const { tenant, taskId } = settings;
  const workflowId = transcodeWorkflowId(settings);
  const task = { tenant, taskId, workflowId };
  const manifest = await readManifest(store, outputPrefixOf(settings, store));
  if (manifest?.taskId === taskId && manifest.tenant === tenant) {
    if (!(await isRequestHash(manifest.requestSha256, settings))) throw conflict(task);
    return { ...task, isNew: false, isDone: true, manifest };
  }
  if (startsOnce && (await store.head(failureKey(settings)))) return { ...task, isNew: false, isDone: false };
  const call = async (): Promise<SubmittedTask> => {
    try {
      const { firstExecutionRunId: runId } = await reelay.temporal.workflow.start(
        WORKFLOWS.transcode.type,
        taskStart(settings, { startsOnce }),
      );
      return { ...task, runId, isNew: true, isDone: false };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      return { ...task, ...(await attach(reelay, settings)) };
    }
  };
  return askTask(reelay, { task: settings, call });
}

async function attach(
  reelay: Reelay,
  settings: TranscodeSettings,
): Promise<Pick<SubmittedTask, 'runId' | 'isNew' | 'isDone'>> {
  const { runId, status } = await taskHandle(reelay, settings).describe();
  const known = await startedSettings(reelay, { task: settings, runId });
  if ((await requestHash(known)) !== (await requestHash(settings))) throw conflict(settings);
  return { runId, isNew: false, isDone: status.name === 'COMPLETED' };
}

const conflict = ({ taskId, tenant }: TaskRef): Error =>
  fault('task-conflict', `task "${taskId}" of tenant "${tenant}" is there with another request`);

export interface BatchOutcome {
  /** Which of the requests, from 0. */
  index: number;
  task?: SubmittedTask;
  /** Why this one was not started. */
  problem?: Problem;
}

export interface TranscodeBatch {
  requests: readonly TranscodeRequest[];
  /** A task that failed or was cancelled is not started again either; for triggers, whose outputs go where they say. */
  startsOnce?: boolean;
  /** Requests that are under way at once; 16 unless given. */
  concurrency?: number;
  onOutcome?(outcome: BatchOutcome): void;
}

const SUBMITS_AT_ONCE = 16;

/** Starts many tasks. Each has an outcome of its own; only where Temporal or the store is away it ends early, by failing. */
export async function submitBatch(
  reelay: Reelay,
  { requests, startsOnce = false, concurrency = SUBMITS_AT_ONCE, onOutcome }: TranscodeBatch,
): Promise<BatchOutcome[]> {
  const queue = new PQueue({ concurrency });
  const settingsOf = startsOnce ? parseTranscodeRequest : admitRequest;
  const submitted = async (request: TranscodeRequest): Promise<SubmittedTask> =>
    submit(reelay, { settings: settingsOf(request), startsOnce });
  const submitOne = async (request: TranscodeRequest, index: number): Promise<BatchOutcome> => {
    const outcome = await submitted(request).then(
      (task) => ({ index, task }),
      (error: unknown) => ({ index, problem: ownProblem(error) }),
    );
    onOutcome?.(outcome);
    return outcome;
  };
  try {
    return await queue.addAll(requests.map((request, index) => () => submitOne(request, index)));
  } finally {
    queue.clear();
  }
}

/** What is wrong with this one request, and not with all of them. */
function ownProblem(error: unknown): Problem {
  const problem = problemOf(error);
  if (!problem || problem.code.endsWith('-unreachable')) throw error;
  return problem;
}

/** Asks a task to stop: its state says `stopping` until its work has ended. Asking twice is asking once. */
export async function cancelTranscode(reelay: Reelay, name: TaskName): Promise<TaskRef> {
  const task = taskOf(name);
  const call = async (): Promise<TaskRef> => {
    const { status } = await taskHandle(reelay, task).describe();
    if (status.name !== 'RUNNING')
      throw fault('task-ended', `task "${task.taskId}" has ended: ${status.name.toLowerCase()}`);
    await taskHandle(reelay, task).cancel();
    return task;
  };
  return askTask(reelay, { task, call });
}

/**
 * Starts a task that failed or was cancelled once more, with the request that it had: what it had finished is used. Past
 * the retention of Temporal the request is taken from its dead letter, where it is open and holds no secret.
 */
export async function retryTranscode(reelay: Reelay, name: TaskName): Promise<SubmittedTask> {
  const task = taskOf(name);
  const call = async (): Promise<TranscodeSettings> => {
    const { runId } = await taskHandle(reelay, task).describe();
    return startedSettings(reelay, { task, runId });
  };
  const settings = await askTask(reelay, { task, call }).catch(async (error: unknown) => {
    const letter = problemOf(error)?.code === 'task-not-found' ? await letterOf(reelay, task) : undefined;
    if (!letter) throw error;
    return letter;
  });
  return submit(reelay, { settings, startsOnce: false });
}

async function letterOf(reelay: Reelay, { tenant, taskId }: TaskRef): Promise<TranscodeSettings | undefined> {
  const { letters } = await listDeadLetters(reelay, { kind: 'transcode', tenant, taskId });
  const newest = letters.at(-1);
  return newest?.kind === 'transcode' && newest.isWhole ? parseTranscodeRequest(newest.request) : undefined;
}

/** Tells a task that somebody plays the video from there, milliseconds of the media: that is made first. */
export async function playTranscode(reelay: Reelay, { atMs, ...name }: TaskName & { atMs: number }): Promise<void> {
  if (!Number.isFinite(atMs) || atMs < 0)
    throw fault('request-invalid', `atMs: expected milliseconds from 0, got ${redact(String(atMs))}`);
  const task = taskOf(name);
  await askTask(reelay, { task, call: () => taskHandle(reelay, task).signal(playSignal, { atMs }) });
}

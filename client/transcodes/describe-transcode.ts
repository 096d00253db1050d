import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defined } from '../../contracts/defined.js';
import { problemOf } from '../../contracts/errors.js';
import type { TaskRef } from '../../contracts/ids.js';
import { defaultOutputPrefix } from '../../contracts/keys.js';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { transcodeStateQuery } from '../../contracts/messages.js';
import { redact } from '../../contracts/redact.js';
import type { TranscodeSettings, TranscodeState } from '../../contracts/transcode.js';
import type { Reelay } from '../connect.js';
import { askTask } from '../temporal-fault.js';
import { etaOf } from './eta-of.js';
import { readManifest } from '../../records/read-manifest.js';
import { runningPieces, type RunningPiece } from './running-pieces.js';
import { startedSettings, taskHandle, taskOf, type TaskName } from './task-name.js';

export interface TranscodeDescription {
  state: TranscodeState;
  /** Missing where Temporal no longer knows the task, and its manifest tells of it. */
  runId?: string;
  running: RunningPiece[];
  etaMs?: number;
}

/**
 * A task that runs, or has ended: as its workflow tells while Temporal retains it, and later by the manifest at its
 * default place in the store. A run that was terminated has the state `cancelled`.
 */
export async function describeTranscode(reelay: Reelay, name: TaskName): Promise<TranscodeDescription> {
  const task = taskOf(name);
  const call = async (): Promise<TranscodeDescription> => {
    const description = await taskHandle(reelay, task).describe();
    const { runId, status } = description;
    const told = await toldState(reelay, { task, description });
    const isCutShort = status.name !== 'RUNNING' && told.endedAtMs === undefined;
    const state: TranscodeState = isCutShort
      ? { ...told, status: 'cancelled', endedAtMs: description.closeTime?.getTime() ?? Date.now() }
      : told;
    const { loadedDataConverter } = reelay.temporal.options;
    const running = status.name === 'RUNNING' ? await runningPieces(description, loadedDataConverter) : [];
    const etaMs = etaOf(state, { running, nowMs: Date.now() });
    return { state, runId, running, ...defined({ etaMs }) };
  };
  return askTask(reelay, { task, call }).catch(async (error: unknown) => {
    if (problemOf(error)?.code !== 'task-not-found') throw error;
    const { store } = await reelay.adapters();
    const manifest = await readManifest(store, defaultOutputPrefix(task));
    if (!manifest) throw error;
    return { state: publishedState(manifest), running: [] };
  });
}

/** As its workflow tells; by its request where no worker has seen it yet, or it was terminated before one did. */
async function toldState(
  reelay: Reelay,
  { task, description }: { task: TaskRef; description: WorkflowExecutionDescription },
): Promise<TranscodeState> {
  const { runId, status, startTime, historyLength } = description;
  const untouched = async (): Promise<TranscodeState> =>
    untouchedState(await startedSettings(reelay, { task, runId }), startTime.getTime());
  if (status.name === 'RUNNING' && historyLength <= UNTOUCHED_EVENTS) return untouched();
  const query = taskHandle(reelay, task, runId).query(transcodeStateQuery);
  return status.name === 'TERMINATED' ? query.catch(untouched) : query;
}

/** Started, and its first workflow task scheduled. */
const UNTOUCHED_EVENTS = 2;

const untouchedState = (
  { tenant, taskId, input, profile, priority, labels }: TranscodeSettings,
  startedAtMs: number,
): TranscodeState => ({
  tenant,
  taskId,
  profile,
  priority,
  labels,
  startedAtMs,
  input: redact(input.url),
  status: 'queued',
  phase: 'probe',
  percent: 0,
  phaseMs: {},
  renditions: [],
  warnings: [],
  pieces: { total: 0, done: 0, reused: 0, running: 0 },
});

/** What a manifest alone still says. */
function publishedState(manifest: TranscodeManifest): TranscodeState {
  const { tenant, taskId, input, profile, labels, publishedAtMs, decision, warnings, outputs } = manifest;
  const renditions = new Set(outputs.flatMap(({ rendition }) => rendition ?? []));
  return {
    tenant,
    taskId,
    labels,
    decision,
    warnings,
    manifest,
    durationMs: input.durationMs,
    input: input.url,
    status: 'succeeded',
    phase: 'publish',
    percent: 100,
    priority: 50,
    phaseMs: {},
    profile: `${profile.name}@${profile.version}`,
    startedAtMs: publishedAtMs,
    endedAtMs: publishedAtMs,
    pieces: { total: outputs.length, done: outputs.length, reused: 0, running: 0 },
    renditions: [...renditions].map((rendition) => ({ name: rendition, isReady: true })),
  };
}

const ASK_EVERY_MS = 1000;

/** Waits for the end of a task; a worker that is away for a while ends the wait no more than a slow one. */
export async function awaitTranscode(
  reelay: Reelay,
  { onProgress, signal, ...name }: TaskName & { onProgress?(now: TranscodeDescription): void; signal?: AbortSignal },
): Promise<TranscodeDescription> {
  for (;;) {
    const now = await describeTranscode(reelay, name).catch((error: unknown) => {
      if (problemOf(error)?.code === 'worker-missing') return undefined;
      throw error;
    });
    if (now) onProgress?.(now);
    if (now?.state.endedAtMs !== undefined) return now;
    await delay(ASK_EVERY_MS, undefined, signal ? { signal } : {});
  }
}

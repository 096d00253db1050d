import { setHandler, workflowInfo } from '@temporalio/workflow';
import { playSignal, transcodeStateQuery } from '../../contracts/messages.js';
import { redact } from '../../contracts/redact.js';
import type { TranscodeEvent, TranscodeEventKind } from '../../contracts/transcode-events.js';
import type { Inspection } from '../../contracts/transcode-work.js';
import type { TranscodePhase, TranscodeSettings, TranscodeState, TranscodeStatus } from '../../contracts/transcode.js';
import { percentOf } from '../state/transcode-progress.js';
import { showTask } from './show-task.js';

export interface TaskPolicy {
  /** How often it was given up and sent again. */
  redrives: number;
  chunkMs: number;
  chunksAtOnce: number;
}

/** A running task: what is asked, how far it is, and what is still to be announced. */
export interface Task {
  readonly settings: TranscodeSettings;
  readonly policy: TaskPolicy;
  readonly state: TranscodeState;
  /** Of all pieces so far. */
  cpuSeconds: number;
  playAtMs?: number;
  inspection?: Inspection;
  phaseSinceMs: number;
  /** Still to be published, in this order. */
  announcements: { kind: TranscodeEventKind; event: TranscodeEvent }[];
  /** Of the last event that was announced. */
  sequence: number;
}

export function createTask(settings: TranscodeSettings, policy: TaskPolicy): Task {
  const { tenant, taskId, input, profile, priority, labels } = settings;
  const startedAtMs = Date.now();
  const task: Task = {
    ...{ settings, policy, cpuSeconds: 0, phaseSinceMs: startedAtMs, announcements: [], sequence: 0 },
    state: {
      ...{ tenant, taskId, profile, priority, labels, startedAtMs },
      ...{ status: 'queued', phase: 'probe', percent: 0, input: redact(input.url) },
      ...{ phaseMs: {}, pieces: { total: 0, done: 0, reused: 0, running: 0 }, renditions: [], warnings: [] },
    },
  };
  setHandler(transcodeStateQuery, () => task.state, {
    description: 'Phase, percentage, pieces and outputs of the task',
  });
  setHandler(
    playSignal,
    ({ atMs }) => {
      if (Number.isFinite(atMs) && atMs >= 0) task.playAtMs = atMs;
    },
    { description: 'Somebody plays from there: what he sees next is made first' },
  );
  return task;
}

export const runIdOf = (): string => workflowInfo().firstExecutionRunId;

export function setStatus(task: Task, status: TranscodeStatus): void {
  task.state.status = status;
  if (status !== 'queued' && status !== 'running' && status !== 'stopping') task.state.endedAtMs = Date.now();
  showTask(task);
}

export function enterPhase(task: Task, phase: TranscodePhase): void {
  const { state } = task;
  const now = Date.now();
  state.phaseMs[state.phase] = (state.phaseMs[state.phase] ?? 0) + now - task.phaseSinceMs;
  task.phaseSinceMs = now;
  state.phase = phase;
  setPart(task, 0);
}

/** How much of the phase is done, 0 to 1. */
export function setPart(task: Task, part: number): void {
  task.state.percent = percentOf(task.state.phase, part);
  showTask(task);
}

import { setTimeout as delay } from 'node:timers/promises';
import { clipFile } from './publishers.js';
import { runReelay } from './run-reelay.js';
import type { ReelayCommand, Scene, ChaosStage } from './stage.js';

/** Long enough that a short row breaks it in the middle, in a picture that is no trouble to make. */
const CLIP = { size: '1280x720', fps: 30, grain: 10 } as const;
const END_WITHIN_MS = 600_000;
const POLL_MS = 500;

interface TaskState {
  status: string;
  endedAtMs?: number;
  problem?: { code: string; message: string };
}

/** Submits a transcode beside the streams, and waits until it runs; fails where it cannot be started. */
export async function startTask(
  stage: ChaosStage,
  { scene, seconds, command }: { scene: Scene; seconds: number; command: ReelayCommand },
): Promise<void> {
  const file = await clipFile(stage.home, { ...CLIP, seconds });
  const taskId = `${scene.row.name}-${Date.now().toString(36)}`;
  const args = ['transcode', 'start', file, '--profile', 'mp4-720p', '--id', taskId];
  const { exitCode, stdout } = await runReelay(stage, { scene, args, command });
  if (exitCode !== 0) throw new Error(`transcode start exits with ${exitCode}: ${stdout}`);
  scene.taskId = taskId;
  await awaitState(stage, { scene, taskId, isWanted: ({ status }) => status === 'running' });
}

/** What is wrong with the task, once it has ended: it must have succeeded, and agree with store and topic. */
export async function inspectTask(stage: ChaosStage, scene: Scene): Promise<string[]> {
  const { taskId } = scene;
  if (taskId === undefined) return [];
  const { status, problem } = await awaitState(stage, {
    scene,
    taskId,
    isWanted: ({ endedAtMs }) => endedAtMs !== undefined,
  });
  const { exitCode, stdout } = await runReelay(stage, { scene, args: ['verify', 'transcode', taskId] });
  return [
    ...(status === 'succeeded' ? [] : [`${taskId} has ${status}: ${problem?.code}: ${problem?.message}`]),
    ...(exitCode === 0 ? [] : [`${taskId}: reelay verify exits with ${exitCode}: ${stdout}`]),
  ];
}

/** The task must be under way where it is broken into. */
export async function assertTaskRuns(stage: ChaosStage, scene: Scene): Promise<void> {
  const state = scene.taskId === undefined ? undefined : await stateOf(stage, { scene, taskId: scene.taskId });
  if (state && state.status !== 'running') throw new Error(`${scene.taskId} was ${state.status} before the fault`);
}

interface Waiting {
  scene: Scene;
  taskId: string;
  isWanted(state: TaskState): boolean;
}

async function awaitState(stage: ChaosStage, { isWanted, ...task }: Waiting): Promise<TaskState> {
  for (const endsAt = performance.now() + END_WITHIN_MS; ; await delay(POLL_MS, undefined, { signal: stage.signal })) {
    const state = await stateOf(stage, task);
    if (state && isWanted(state)) return state;
    if (performance.now() > endsAt)
      throw new Error(`${task.taskId} is ${state?.status} after ${END_WITHIN_MS / 1000} s`);
  }
}

/** Undefined while no worker answers. */
async function stateOf(
  stage: ChaosStage,
  { scene, taskId }: Omit<Waiting, 'isWanted'>,
): Promise<TaskState | undefined> {
  const { exitCode, stdout } = await runReelay(stage, { scene, args: ['transcode', 'show', taskId] });
  return exitCode === 0 ? (JSON.parse(stdout) as TaskState) : undefined;
}

import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_TENANT, transcodeWorkflowId } from '../contracts/ids.js';
import { defaultOutputPrefix, workPrefix } from '../contracts/keys.js';
import { transcodeStateQuery } from '../contracts/messages.js';
import type { TranscodePhase, TranscodeState } from '../contracts/transcode.js';
import { objectsBelow } from './collect-evidence.js';
import { clipFile } from './publishers.js';
import { runReelay } from './run-reelay.js';
import type { ReelayCommand, Scene, ChaosStage } from './stage.js';

/** Long enough that a short row breaks it in the middle, in a picture that is no trouble to make. */
const CLIP = { size: '1280x720', fps: 30, grain: 10 } as const;
const END_WITHIN_MS = 600_000;
const POLL_MS = 500;
const ASK_MS = 50;

/** Submits a transcode beside the streams, and waits until it runs; fails where it cannot be started. */
export async function startTask(
  stage: ChaosStage,
  { scene, seconds, command }: { scene: Scene; seconds: number; command: ReelayCommand },
): Promise<void> {
  const file = await clipFile(stage.home, { ...CLIP, seconds });
  const taskId = `${scene.row.name}-${Date.now().toString(36)}`;
  const args = ['transcode', 'start', file, '--profile', 'mp4-720p', '--id', taskId];
  const { exitCode, stdout } = await runReelay(stage, { scene, namespace: namespaceOf(stage, scene), args, command });
  if (exitCode !== 0) throw new Error(`transcode start exits with ${exitCode}: ${stdout}`);
  scene.taskId = taskId;
  await awaitState(stage, { scene, taskId, isWanted: ({ status }) => status === 'running' });
}

/** What is wrong with the task, once it has ended: how, whether it agrees with store and topic, and what is left of it. */
export async function inspectTask(stage: ChaosStage, scene: Scene): Promise<string[]> {
  const { taskId } = scene;
  if (taskId === undefined) return [];
  const expected = scene.row.expect.task ?? 'succeeded';
  const { status, problem } = await awaitState(stage, {
    scene,
    taskId,
    isWanted: ({ endedAtMs }) => endedAtMs !== undefined,
  });
  await handleOf(stage, { scene, taskId })
    .result()
    .catch(() => undefined); // told by its state
  const faults =
    status === 'succeeded'
      ? await faultsOfSucceeded(stage, { scene, taskId })
      : (await outputsOf(stage, taskId)).map(isLeft);
  return [
    ...(status === expected ? [] : [`${taskId} has ${status}: ${problem?.code}: ${problem?.message}`]),
    ...faults.map((fault) => `${taskId}: ${fault}`),
  ];
}

async function faultsOfSucceeded(stage: ChaosStage, { scene, taskId }: TaskOfScene): Promise<string[]> {
  const namespace = namespaceOf(stage, scene);
  const { exitCode, stdout } = await runReelay(stage, { scene, namespace, args: ['verify', 'transcode', taskId] });
  if (exitCode !== 0) return [`reelay verify exits with ${exitCode}: ${stdout}`];
  const { manifest } = JSON.parse(stdout) as { manifest: { outputs: { key: string }[] } };
  const isNamed = (url: string): boolean =>
    url.endsWith('/manifest.json') || manifest.outputs.some(({ key }) => url.endsWith(`/${key}`));
  const outputs = await outputsOf(stage, taskId);
  const work = await objectsBelow(stage, workPrefix({ tenant: DEFAULT_TENANT, taskId }));
  return [...outputs.filter((url) => !isNamed(url)), ...work].map(isLeft);
}

const isLeft = (url: string): string => `${url} is left`;

const outputsOf = (stage: ChaosStage, taskId: string): Promise<string[]> =>
  objectsBelow(stage, `${defaultOutputPrefix({ tenant: DEFAULT_TENANT, taskId })}/`);

/** Resolves when the task is so far; fails where it has ended. */
export async function awaitPhase(stage: ChaosStage, scene: Scene, phase: TranscodePhase): Promise<void> {
  await awaitBeforeEnd(stage, { scene, isWanted: (state) => state.phase === phase });
}

/** Cancels the task; resolves when it says that it is stopping. */
export async function cancelTask(stage: ChaosStage, scene: Scene): Promise<void> {
  await handleOf(stage, { scene, taskId: scene.taskId ?? '' }).cancel();
  await awaitBeforeEnd(stage, { scene, isWanted: ({ status }) => status === 'stopping' });
}

async function awaitBeforeEnd(
  stage: ChaosStage,
  { scene, isWanted }: { scene: Scene; isWanted(state: TranscodeState): boolean },
): Promise<void> {
  const taskId = scene.taskId ?? '';
  const isThere = (state: TranscodeState): boolean => isWanted(state) || state.endedAtMs !== undefined;
  const state = await awaitState(stage, { scene, taskId, isWanted: isThere, everyMs: ASK_MS });
  if (!isWanted(state)) throw new Error(`${taskId} is ${state.status} in phase ${state.phase} before it met the fault`);
}

const handleOf = ({ temporal }: ChaosStage, { scene, taskId }: TaskOfScene) =>
  (scene.other?.temporal ?? temporal).workflow.getHandle(transcodeWorkflowId({ tenant: DEFAULT_TENANT, taskId }));

/** The task must be under way where it is broken into. */
export async function assertTaskRuns(stage: ChaosStage, scene: Scene): Promise<void> {
  const state = scene.taskId === undefined ? undefined : await stateOf(stage, { scene, taskId: scene.taskId });
  if (state && state.status !== 'running') throw new Error(`${scene.taskId} was ${state.status} before the fault`);
}

const namespaceOf = ({ temporal }: ChaosStage, { other }: Scene): string =>
  (other?.temporal ?? temporal).options.namespace;

interface TaskOfScene {
  scene: Scene;
  taskId: string;
}

interface Waiting extends TaskOfScene {
  isWanted(state: TranscodeState): boolean;
  everyMs?: number;
}

async function awaitState(
  stage: ChaosStage,
  { isWanted, everyMs = POLL_MS, ...task }: Waiting,
): Promise<TranscodeState> {
  for (const endsAt = performance.now() + END_WITHIN_MS; ; await delay(everyMs, undefined, { signal: stage.signal })) {
    const state = await stateOf(stage, task);
    if (state && isWanted(state)) return state;
    if (performance.now() > endsAt)
      throw new Error(`${task.taskId} is ${state?.status} after ${END_WITHIN_MS / 1000} s`);
  }
}

/** Undefined while no worker answers. */
const stateOf = (stage: ChaosStage, task: TaskOfScene): Promise<TranscodeState | undefined> =>
  handleOf(stage, task)
    .query(transcodeStateQuery)
    .catch(() => undefined);

import { setTimeout as delay } from 'node:timers/promises';
import { startStream } from '../client/streams.js';
import { problemOf } from '../contracts/errors.js';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import { awaitDelivered, endStreams } from './end-streams.js';
import { inspectStreams, type SceneInspection } from './inspect-streams.js';
import { awaitFrames, performSteps } from './perform-steps.js';
import { orphanedCaptures, processesWith } from './processes.js';
import { differencesFrom, sumFigures, type FaultTime, type RowResult } from './row-result.js';
import { describeFault, type Row, type FaultStep } from './row.js';
import { inspectTask } from './scene-task.js';
import { closeScene, findBusiest, newScene, setScene } from './scene.js';
import type { Scene, ChaosStage } from './stage.js';

const START_WITHIN_MS = 60_000;
/** Seconds of capture before the fault and after the recovery. */
const CALM = { full: 15, short: 5 };

type Attempt = (work: () => Promise<unknown>) => Promise<void>;

/** Runs one row: streams, fault, recovery, end, and then the check of what is left. A row that cannot run fails. */
export async function runRow(stage: ChaosStage, row: Row): Promise<RowResult> {
  const startedAt = performance.now();
  const faults: string[] = [];
  const attempt: Attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      stage.signal.throwIfAborted();
      faults.push(problemOf(error)?.message ?? (error as Error).message);
    }
  };
  const scene = newScene(stage, row);
  const fault: FaultTime = { beganAtMs: Date.now(), endedAtMs: Date.now() };
  const found: SceneInspection = { outcomes: [], faults: [] };
  try {
    await attempt(async () => {
      await setScene(stage, scene);
      await play(stage, { scene, row, fault, attempt });
      const ends = await endStreams(scene.streams);
      faults.push(...ends.flatMap(({ fault }) => fault ?? []));
      await attempt(() => awaitDelivered(scene));
      Object.assign(found, await inspectStreams(stage, { scene, ends }));
      await attempt(async () => faults.push(...(await inspectTask(stage, scene))));
    });
  } finally {
    const cleared = await Promise.allSettled([stage.stack.heal(), closeScene(scene)]);
    for (const one of cleared) if (one.status === 'rejected') faults.push((one.reason as Error).message);
  }
  const figures = sumFigures(found.outcomes, { fault, recoveryFrom: row.expect.recoveryFrom });
  const differences = differencesFrom(row, { outcomes: found.outcomes, figures, isShort: stage.isShort });
  return {
    row: row.name,
    fault: describeFault(row, stage.isShort),
    workers: row.workers,
    streams: scene.streams.length,
    ...figures,
    peakBytes: peakOf(scene),
    tookSeconds: Math.round((performance.now() - startedAt) / 1000),
    faults: [...faults, ...found.faults, ...differences, ...leftovers(scene)],
  };
}

/** From the start of the streams to their recovery; each step that fails is told, and the row goes on. */
async function play(
  stage: ChaosStage,
  { scene, row, fault, attempt }: { scene: Scene; row: Row; fault: FaultTime; attempt: Attempt },
): Promise<void> {
  const hitsBefore = countHits(stage);
  await attempt(() => startStreams(stage, scene, row));
  await attempt(async () => (scene.busiest = await findBusiest(scene)));
  fault.beganAtMs = Date.now();
  await attempt(() => performSteps(stage, scene, row.steps));
  fault.endedAtMs = Date.now();
  await attempt(() => awaitFrames(stage, { streams: scene.streams, afterMs: fault.endedAtMs }));
  await attempt(() => calm(stage));
  await attempt(async () => {
    if (hasLink([...(row.before ?? []), ...row.steps]) && countHits(stage) === hitsBefore)
      throw new Error('no connection met the fault');
  });
  await attempt(() => stage.stack.heal());
}

async function startStreams(stage: ChaosStage, scene: Scene, row: Row): Promise<void> {
  if (row.before) await performSteps(stage, scene, row.before);
  const startedAtMs = Date.now();
  await Promise.all(
    scene.streams.map(async ({ request, streamId, reelay }) => {
      const { continueAfterEvents } = row.stream ?? {};
      if (continueAfterEvents === undefined) return startStream(reelay, request);
      return reelay.temporal.workflow.start(WORKFLOWS.liveStream.type, {
        workflowId: WORKFLOWS.liveStream.idOf({ tenant: DEFAULT_TENANT, streamId }),
        taskQueue: WORKFLOWS.liveStream.taskQueue,
        args: [{ ...request, continueAfterEvents }],
      });
    }),
  );
  if (row.before) return;
  await awaitFrames(stage, { streams: scene.streams, afterMs: startedAtMs, withinMs: START_WITHIN_MS });
  await calm(stage);
}

const calm = ({ isShort, signal }: ChaosStage): Promise<void> =>
  delay((isShort ? CALM.short : CALM.full) * 1000, undefined, { signal });

const hasLink = (steps: readonly FaultStep[]): boolean =>
  steps.some((step) => (step.do === 'repeat' ? hasLink(step.steps) : step.do === 'link' && step.mode.kind !== 'pass'));

const countHits = ({ stack }: ChaosStage): number =>
  Object.values(stack.links)
    .flatMap((links) => Object.values(links))
    .reduce((sum, { hits }) => sum + hits, 0);

const peakOf = ({ workers }: Scene): number =>
  Math.max(0, ...Object.values(workers).map((worker) => worker.peakBytes()));

function leftovers({ workers }: Scene): string[] {
  const ours = Object.values(workers).flatMap(({ home }) => processesWith(`REELAY_HOME=${home}`));
  const left = [...ours, ...orphanedCaptures()];
  return left.length > 0 ? [`left behind: ${left.join(', ')}`] : [];
}

import { setTimeout as delay } from 'node:timers/promises';
import { changeCaptureRate, describeStream, startStream, stopStream } from '../client/streams.js';
import { DEFAULT_TENANT, streamWorkflowId } from '../contracts/ids.js';
import { changeCaptureRateSignal } from '../contracts/messages.js';
import { createTopics } from '../dev/topics.js';
import { startHostileSources } from './hostile-sources.js';
import { letJanitorsAtOldWork } from './other-namespace.js';
import { ffmpegsOf } from './processes.js';
import { secondsOf, type FaultStep } from './row.js';
import { assertTaskRuns, awaitPhase, cancelTask } from './scene-task.js';
import { targetsOf, upgradeWorkers } from './scene.js';
import type { Scene, ChaosStage } from './stage.js';
import { deleteTopic } from './delete-topic.js';

type StepOf<Kind extends FaultStep['do']> = Extract<FaultStep, { do: Kind }>;
type Perform<Kind extends FaultStep['do']> = (stage: ChaosStage, scene: Scene, step: StepOf<Kind>) => Promise<unknown>;

const RECOVER_WITHIN_MS = 180_000;
const POLL_MS = 200;

/** Does to a scene what the steps of its row say, one after the other. */
export async function performSteps(stage: ChaosStage, scene: Scene, steps: readonly FaultStep[]): Promise<void> {
  for (const step of steps) {
    stage.signal.throwIfAborted();
    await (PERFORM[step.do] as Perform<FaultStep['do']>)(stage, scene, step);
  }
}

/** Resolves when every stream has a frame of a slot after this; names those that have none in time. */
export async function awaitFrames(
  { reader }: ChaosStage,
  { streams, afterMs, withinMs = RECOVER_WITHIN_MS }: { streams: Scene['streams']; afterMs: number; withinMs?: number },
): Promise<void> {
  const silent = await Promise.all(
    streams.map(async ({ streamId }) => ((await reader.hearsFrame(streamId, { afterMs, withinMs })) ? [] : [streamId])),
  );
  if (silent.flat().length > 0)
    throw new Error(`no frame of ${silent.flat().join(', ')} within ${withinMs / 1000} s after the fault`);
}

const PERFORM: { [Kind in FaultStep['do']]: Perform<Kind> } = {
  wait: ({ isShort, signal }, _, step) => delay(secondsOf(step.for, isShort) * 1000, undefined, { signal }),
  'wait-randomly': ({ isShort, signal }, _, { upTo }) =>
    delay(Math.random() * secondsOf(upTo, isShort) * 1000, undefined, { signal }),
  link: async (stage, scene, { of, to, mode }) => {
    const targets = targetsOf(scene, to);
    await Promise.all(targets.flatMap((name) => of.map((service) => stage.stack.links[name][service].set(mode))));
  },
  signal: async (_, scene, { to, signal }) => {
    for (const name of targetsOf(scene, to)) scene.workers[name]?.signal(signal);
  },
  'restart-worker': async (_, scene, { to }) => {
    for (const name of targetsOf(scene, to)) await scene.workers[name]?.restart();
  },
  upgrade: async (stage, scene) => {
    await assertTaskRuns(stage, scene);
    await upgradeWorkers(stage, scene);
  },
  'task-reaches': (stage, scene, { phase }) => awaitPhase(stage, scene, phase),
  'cancel-task': (stage, scene) => cancelTask(stage, scene),
  janitors: async (stage, scene) => {
    await assertTaskRuns(stage, scene);
    if (!scene.other) throw new Error('the row has no second namespace');
    await letJanitorsAtOldWork(stage, scene.other);
  },
  'kill-ffmpeg': async (_, scene, { to }) => {
    const targets = targetsOf(scene, to);
    const pids = targets.flatMap((name) => ffmpegsOf(scene.workers[name]?.pid()));
    if (pids.length === 0) throw new Error(`no ffmpeg runs under ${targets.join(', ')}`);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  },
  server: ({ stack }, _, { server, action }) => stack.servers[server][action](),
  topic: ({ stack, reader }, _, { topic, action }) => {
    const brokers = stack.servers.events.current().brokers;
    if (action === 'create') return createTopics(brokers);
    reader.forget(topic);
    return deleteTopic(brokers, topic);
  },
  spool: async (_, scene, { to, state }) => {
    for (const name of targetsOf(scene, to)) {
      const disk = scene.disks[name];
      if (!disk) throw new Error(`${name} has no disk of its own`);
      if (state === 'full') await disk.fill();
      else if (state === 'free') await disk.free();
      else await disk.setReadOnly(state === 'read-only');
    }
  },
  clock: async (_, { clock }, { offsetSeconds }) => clock?.set(offsetSeconds),
  publishers: async (_, { publishers }, { action }) => Promise.all(publishers.map((publisher) => publisher[action]())),
  'hostile-sources': async ({ reelay, temporal }, scene) => {
    const { urls, met, close } = await startHostileSources();
    const started: string[] = [];
    scene.hostile = {
      async close() {
        const ends = started.map((workflowId) => temporal.workflow.getHandle(workflowId).terminate('chaos'));
        await Promise.allSettled(ends); // one that was given up has ended by itself
        await close();
        if (met.size < urls.length) throw new Error('no worker came for a hostile source');
      },
    };
    for (const [index, url] of urls.entries()) {
      const streamId = `${scene.streams[0]?.streamId}-hostile-${index}`;
      const source = { url, reconnectWindowMs: 300_000 };
      started.push(
        (await startStream(reelay, { streamId, source, capture: { everyMs: scene.row.everyMs } })).workflowId,
      );
    }
  },
  publish: async (_, { publishers }, { clip, jumpAfterSeconds }) =>
    Promise.all(publishers.map((publisher) => publisher.change(clip, jumpAfterSeconds))),
  'start-again': async ({ reelay }, { streams }) => {
    for (const { request, streamId } of streams) {
      const answers = await Promise.all([startStream(reelay, request), startStream(reelay, request)]);
      if (answers.some(({ isNew }) => isNew)) throw new Error(`${streamId} was started twice`);
    }
  },
  'terminate-and-start': async ({ reelay, temporal }, { streams }) => {
    await Promise.all(
      streams.map(async ({ request, streamId }) => {
        const workflowId = streamWorkflowId({ tenant: DEFAULT_TENANT, streamId });
        await temporal.workflow.getHandle(workflowId).terminate('chaos');
        const { isNew } = await startStream(reelay, request);
        if (!isNew) throw new Error(`${streamId} runs on, though it was terminated`);
      }),
    );
  },
  'stop-while-starting': async ({ reelay }, { streams }) => {
    await Promise.all(
      streams.map(async ({ request, streamId }) => {
        await Promise.allSettled([
          startStream(reelay, request),
          stopStream(reelay, { streamId }),
          startStream(reelay, request),
        ]);
        await startStream(reelay, request);
      }),
    );
  },
  rates: async (stage, { streams }, step) =>
    Promise.all(streams.map(({ streamId }) => changeRates(stage, { streamId, step }))),
  relays: async (stage, scene, { count, withinSeconds }) => {
    const wanted = secondsOf(count, stage.isShort) + 1;
    const endsAt = performance.now() + secondsOf(withinSeconds, stage.isShort) * 1000;
    for (const { streamId } of scene.streams) {
      for (;;) {
        const { state } = await describeStream(stage.reelay, { streamId });
        if (state.epoch >= wanted) break;
        if (performance.now() > endsAt) throw new Error(`${streamId} is in segment ${state.epoch}, expected ${wanted}`);
        await delay(POLL_MS, undefined, { signal: stage.signal });
      }
    }
  },
  recover: (stage, { streams }) => awaitFrames(stage, { streams, afterMs: Date.now() }),
  repeat: async (stage, scene, { times, steps }) => {
    for (let pass = 0; pass < secondsOf(times, stage.isShort); pass += 1) await performSteps(stage, scene, steps);
  },
};

/** The last of many changes holds, though the workflow continues as new in their midst. */
async function changeRates(
  { reelay, temporal, isShort, signal }: ChaosStage,
  { streamId, step }: { streamId: string; step: StepOf<'rates'> },
): Promise<void> {
  const { changes, withinSeconds, last } = step;
  const handle = temporal.workflow.getHandle(streamWorkflowId({ tenant: DEFAULT_TENANT, streamId }));
  const pauseMs = (secondsOf(withinSeconds, isShort) * 1000) / changes;
  for (let index = 1; index < changes; index += 1) {
    await handle.signal(changeCaptureRateSignal, { everyMs: 200 + (index % 8) * 50 });
    await delay(pauseMs, undefined, { signal });
  }
  await changeCaptureRate(reelay, { streamId, everyMs: last });
  const { state } = await describeStream(reelay, { streamId });
  const { everyMs, revision } = state.applied ?? {};
  if (everyMs !== last || revision !== changes)
    throw new Error(
      `${streamId} has applied change ${revision}, every ${everyMs} ms: expected ${changes}, every ${last}`,
    );
  const { raw, runId } = await handle.describe();
  if (raw.workflowExecutionInfo?.firstRunId === runId) throw new Error(`${streamId} has not continued as new`);
}

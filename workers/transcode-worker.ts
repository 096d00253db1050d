import { availableParallelism } from 'node:os';
import { Worker } from '@temporalio/worker';
import { createTranscodeActivities } from '../activities/index.js';
import { createInputCache } from '../activities/transcode/input-cache.js';
import { openScratch } from '../activities/transcode/scratch.js';
import { createStages } from '../activities/transcode/stages.js';
import { largestInput } from '../runtime/config.js';
import { TRANSCODE_QUEUE } from '../contracts/queues.js';
import { prepareSandbox } from '../media/confinement.js';
import { ffprobeBeside, inspectEncoder } from '../media/transcode/inspect-encoder.js';
import { PROBE_LIMITS } from '../media/transcode/probe-media.js';
import { dataConverter } from '../runtime/payload-codec.js';
import type { OpenRole, RoleDeps } from './open-role.js';

/** Pieces that wait, fetch or store beside each one that is encoded. */
const SLOTS_PER_ENCODER = 4;
const TRANSFERS = 4;
/** One thread waits for another now and then: with one more than cores none of them idles (bench/transcode.ts). */
const SPARE_THREADS = 1;
/** A heartbeat is how a piece hears that its task is cancelled; its ffmpeg has to be gone within 5 s. */
const HEAR_OF_CANCEL_WITHIN = '1500ms';

/** Runs the pieces of transcodes. */
export async function openTranscodeWorker({ connection, client, config, adapters, log }: RoleDeps): Promise<OpenRole> {
  const { store, large } = adapters;
  const { scratchDir: folder, scratchMaxBytes: maxBytes, transcodeConcurrency: encoders } = config;
  await prepareSandbox(config.sandbox, { has: ['network', 'limits'] });
  const { canToneMap } = await inspectEncoder(config.ffmpeg);
  const scratch = await openScratch({ folder, maxBytes });
  const inputs = createInputCache({ scratch, inputs: adapters.inputs, maxBytes: largestInput(config) });
  const stages = createStages({ encoders, transfers: TRANSFERS });
  const host = {
    name: config.host,
    ffmpeg: config.ffmpeg,
    ffprobe: ffprobeBeside(config.ffmpeg),
    canToneMap,
    limits: PROBE_LIMITS,
    threads: Math.ceil(availableParallelism() / encoders) + SPARE_THREADS,
    store,
    large,
    inputs,
    scratch,
    stages,
    onStage: (step: object) => {
      log.debug(step, 'a piece goes on');
    },
  };
  const worker = await Worker.create({
    connection,
    namespace: client.options.namespace,
    dataConverter: dataConverter(config),
    taskQueue: TRANSCODE_QUEUE,
    activities: createTranscodeActivities(host),
    maxConcurrentActivityTaskExecutions: SLOTS_PER_ENCODER * encoders,
    maxHeartbeatThrottleInterval: HEAR_OF_CANCEL_WITHIN,
    // What it has under way is made again by another worker: there is nothing to wait for.
    shutdownGraceTime: '1s',
    shutdownForceTime: '20s',
  });
  return {
    workers: [worker],
    async drain() {
      worker.shutdown();
    },
    close: () => scratch.close(),
  };
}

import { Worker } from '@temporalio/worker';
import { createRestartTask } from '../activities/dead-letters/restart-task.js';
import {
  createDeadLetterActivities,
  createJanitorActivities,
  createStreamActivities,
  createTaskActivities,
  createTriggerActivities,
} from '../activities/index.js';
import { createIsHost } from '../activities/host/is-host.js';
import { WORKFLOW_QUEUE } from '../contracts/queues.js';
import { openHttpPost } from '../adapters/callbacks/http-post.js';
import { allowedNetworks } from '../runtime/allowed-networks.js';
import { keepJanitor } from './janitor-schedule.js';
import { dataConverter } from '../runtime/payload-codec.js';
import type { OpenRole, RoleDeps } from './open-role.js';
import { workflowBundle } from './workflow-bundle.js';

/** An idle stream costs about 1 MB here; what does not fit is replayed when it is needed again. */
const CACHED_WORKFLOWS = 300;

/** What waits for a worker that has just died goes to another one then; queries are given up after 10 s, as it is by default. */
const LEFT_TO_ONE_WORKER_FOR = '3s';

/** A heartbeat is how a redrive hears that it is cancelled; only few run at a time. */
const HEAR_OF_CANCEL_WITHIN = '2s';

/** Runs the workflows and their short activities; no media work, which would delay both. */
export async function openWorkflowWorker({ connection, client, config, adapters }: RoleDeps): Promise<OpenRole> {
  const { store, large, stores, sink: events, source } = adapters;
  const deps = {
    store,
    large,
    stores,
    events,
    records: events,
    source,
    client,
    restartTask: createRestartTask(client),
    isHost: createIsHost(client, 'capture'),
    secrets: config.callbackSecrets,
    post: openHttpPost({ allowNetworks: allowedNetworks(config).callbacks }),
  };
  const converter = dataConverter(config);
  await keepJanitor(client);
  const worker = await Worker.create({
    connection,
    namespace: client.options.namespace,
    dataConverter: converter,
    taskQueue: WORKFLOW_QUEUE,
    workflowBundle: await workflowBundle(converter),
    activities: {
      ...createStreamActivities(deps),
      ...createDeadLetterActivities(deps),
      ...createTaskActivities(deps),
      ...createJanitorActivities(deps),
      ...createTriggerActivities(deps),
    },
    maxCachedWorkflows: CACHED_WORKFLOWS,
    stickyQueueScheduleToStartTimeout: LEFT_TO_ONE_WORKER_FOR,
    maxHeartbeatThrottleInterval: HEAR_OF_CANCEL_WITHIN,
    shutdownGraceTime: '5s',
    shutdownForceTime: '15s',
  });
  return {
    workers: [worker],
    async drain() {
      worker.shutdown();
    },
  };
}

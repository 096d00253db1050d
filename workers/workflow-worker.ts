import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createRestartTask } from '../activities/dead-letters/restart-task.js';
import {
  createDeadLetterActivities,
  createJanitorActivities,
  createStreamActivities,
  createTaskActivities,
  createTriggerActivities,
} from '../activities/index.js';
import { WORKFLOW_QUEUE } from '../contracts/queues.js';
import { openHttpPost } from '../adapters/callbacks/http-post.js';
import type { Config } from '../runtime/config.js';
import { keepJanitor } from './janitor-schedule.js';
import type { Adapters } from '../runtime/open-adapters.js';

interface WorkflowWorkerStart {
  connection: NativeConnection;
  client: Client;
  config: Config;
  adapters: Adapters;
}

/** An idle stream costs about 1 MB here; what does not fit is replayed when it is needed again. */
const CACHED_WORKFLOWS = 300;

/** A heartbeat is how a redrive hears that it is cancelled; only few run at a time. */
const HEAR_OF_CANCEL_WITHIN = '2s';

/** Runs the workflows and their short activities; no media work, which would delay both. */
export async function createWorkflowWorker({
  connection,
  client,
  config,
  adapters,
}: WorkflowWorkerStart): Promise<Worker> {
  const { store, large, stores, sink: events, source } = adapters;
  const deps = {
    ...{ store, large, stores, events, source, client, restartTask: createRestartTask(client) },
    secrets: config.callbackSecrets,
    post: openHttpPost({ allowPrivate: config.allowPrivateSources }),
  };
  await keepJanitor(client);
  return Worker.create({
    connection,
    namespace: client.options.namespace,
    taskQueue: WORKFLOW_QUEUE,
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    activities: {
      ...createStreamActivities(deps),
      ...createDeadLetterActivities(deps),
      ...createTaskActivities(deps),
      ...createJanitorActivities(deps),
      ...createTriggerActivities(deps),
    },
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxHeartbeatThrottleInterval: HEAR_OF_CANCEL_WITHIN,
    shutdownGraceTime: '5s',
    shutdownForceTime: '15s',
  });
}

import { fileURLToPath } from 'node:url';
import { Worker, type NativeConnection } from '@temporalio/worker';
import { createStreamActivities } from '../activities/index.js';
import { WORKFLOW_QUEUE } from '../contracts/queues.js';
import type { Adapters } from './open-adapters.js';

interface WorkflowWorkerStart {
  connection: NativeConnection;
  namespace: string;
  adapters: Adapters;
}

/** An idle stream costs about 1 MB here; what does not fit is replayed when it is needed again. */
const CACHED_WORKFLOWS = 300;

/** Runs the workflows and their short activities; no media work, which would delay both. */
export const createWorkflowWorker = ({ connection, namespace, adapters }: WorkflowWorkerStart): Promise<Worker> =>
  Worker.create({
    connection,
    namespace,
    taskQueue: WORKFLOW_QUEUE,
    workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
    activities: createStreamActivities({ store: adapters.store, events: adapters.sink }),
    maxCachedWorkflows: CACHED_WORKFLOWS,
    shutdownGraceTime: '5s',
    shutdownForceTime: '15s',
  });

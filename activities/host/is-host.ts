import type { Client } from '@temporalio/client';
import { hostQueue, type HostKind } from '../../contracts/queues.js';

const TASK_QUEUE_TYPE_ACTIVITY = 2;

/** Whether somebody polls the queue of the host, or did some minutes ago. */
export const createIsHost = ({ workflow, options }: Pick<Client, 'workflow' | 'options'>, kind: HostKind) =>
  async function isHost(host: string): Promise<boolean> {
    const { pollers } = await workflow.workflowService.describeTaskQueue({
      namespace: options.namespace,
      taskQueue: { name: hostQueue(kind, host) },
      taskQueueType: TASK_QUEUE_TYPE_ACTIVITY,
    });
    return (pollers?.length ?? 0) > 0;
  };

import type { Client, WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { hostQueue, WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { redriveDeadLetters, RedriveInput } from '../../workflows/redrive-dead-letters.js';
import type { FakeLetters } from './fake-letters.js';
import { connectBoth } from './connect-both.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';

export type RedriveHandle = WorkflowHandle<typeof redriveDeadLetters>;

interface Redriving {
  id: string;
  letters: FakeLetters;
  /** Hosts that are there. */
  hosts?: string[];
  input?: RedriveInput;
}

/** Runs a redrive on the real server, with the real workflow and fake letters, while the work goes on. */
export async function whileRedriving<Result>(
  { id, letters, hosts = [], input }: Redriving,
  work: (redrive: { handle: RedriveHandle; client: Client }) => Promise<Result>,
): Promise<Result> {
  const { client, native, namespace, close } = await connectBoth();
  const shared = { connection: native, namespace, maxHeartbeatThrottleInterval: '100ms' } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: letters.activities,
    }),
    ...hosts.map((host) =>
      Worker.create({ ...shared, taskQueue: hostQueue('capture', host), activities: letters.host(host) }),
    ),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    const options = { workflowId: `redrive:${id}`, taskQueue: WORKFLOW_QUEUE };
    await client.workflow.start<typeof redriveDeadLetters>('redriveDeadLetters', { ...options, args: [input ?? {}] });
    // Without a run id: it follows the redrive over continue-as-new.
    return await work({ handle: client.workflow.getHandle<typeof redriveDeadLetters>(options.workflowId), client });
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await close();
  }
}

import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { TRANSCODE_QUEUE, WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { transcode, TranscodeInput } from '../../workflows/transcode.js';
import type { FakeTranscoder } from './fake-transcoder.js';
import { connectBoth } from './connect-both.js';
import { workflowBundle } from './workflow-bundle.js';

export type TranscodeHandle = WorkflowHandleWithFirstExecutionRunId<typeof transcode>;

interface Transcoding {
  transcoder: FakeTranscoder;
  input: Pick<TranscodeInput, 'taskId'> & Partial<TranscodeInput>;
}

/** Runs a task on the real server, with the real workflow and fake pieces, while the work goes on. */
export async function whileTranscoding<Result>(
  { transcoder, input }: Transcoding,
  work: (task: { handle: TranscodeHandle; client: Client; taskQueue: string }) => Promise<Result>,
): Promise<Result> {
  const { client, native, namespace, close } = await connectBoth();
  // Of its own: other tests of this process may have left tasks on the usual one.
  const taskQueue = `${WORKFLOW_QUEUE}-${input.taskId}`;
  const shared = { connection: native, namespace, maxHeartbeatThrottleInterval: '100ms' } as const;
  const workers = await Promise.all([
    Worker.create({
      ...{ ...shared, taskQueue, workflowBundle: await workflowBundle() },
      activities: { ...transcoder.tasks, cleanStore: async () => ({ uploads: 0, tasks: 0 }) },
    }),
    Worker.create({ ...shared, taskQueue: TRANSCODE_QUEUE, activities: transcoder.pieces }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
    const workflowId = `transcode:test/${input.taskId}`;
    const given = { tenant: 'test', input: { url: 's3://bucket/a.mov' }, profile: 'mp4-720p' };
    const args: [TranscodeInput] = [{ ...given, ...input }];
    const options = { workflowId, taskQueue, args };
    const handle = await client.workflow.start<typeof transcode>('transcode', options);
    return await work({ handle, client, taskQueue });
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await close();
  }
}

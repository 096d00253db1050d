import { Context } from '@temporalio/activity';
import type { Client, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import type { TranscodeActivities } from '../../activities/index.js';
import { TRANSCODE_QUEUE, WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { transcode, TranscodeInput } from '../../workflows/transcode.js';
import type { FakeTranscoder } from './fake-transcoder.js';
import { connectBoth } from './connect-both.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';

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
  const workflowId = `transcode:test/${input.taskId}`;
  // Of its own: other tests of this process may have left tasks on the usual one.
  const taskQueue = `${WORKFLOW_QUEUE}-${input.taskId}`;
  const shared = { connection: native, namespace, maxHeartbeatThrottleInterval: '100ms' } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue,
      workflowBundle: await workflowBundle(),
      activities: { ...transcoder.tasks, cleanStore: async () => ({ uploads: 0, tasks: 0 }) },
    }),
    Worker.create({ ...shared, taskQueue: TRANSCODE_QUEUE, activities: onlyFor(workflowId, transcoder.pieces) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  try {
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

/** Pieces of another workflow, which a test has left on the queue, are not counted. */
const onlyFor = (workflowId: string, pieces: TranscodeActivities): TranscodeActivities =>
  Object.fromEntries(
    Object.entries(pieces).map(([name, work]: [string, (input: never) => unknown]) => [
      name,
      (input: never) => {
        const { workflowExecution } = Context.current().info;
        if (workflowExecution?.workflowId === workflowId) return work(input);
        throw ApplicationFailure.nonRetryable(`${workflowExecution?.workflowId} is of another test`);
      },
    ]),
  ) as unknown as TranscodeActivities;

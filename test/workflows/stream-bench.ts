import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { segmentWorkflowId, streamWorkflowId } from '../../contracts/ids.js';
import { streamStateQuery } from '../../contracts/messages.js';
import { CAPTURE_QUEUE, hostQueue, WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { StreamRequest, StreamState } from '../../contracts/stream.js';
import type { liveStream, LiveStreamInput } from '../../workflows/live-stream.js';
import { eventually } from '../harness/eventually.js';
import { fakeHost, type FakeHost } from './fake-host.js';
import { fakeRecords, type FakeRecords } from './fake-records.js';
import { connectBoth } from './connect-both.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';

export type StreamHandle = WorkflowHandle<typeof liveStream>;

interface StartOptions extends Partial<StreamRequest> {
  id: string;
  continueAfterEvents?: number;
}

export interface StreamBench {
  client: Client;
  records: FakeRecords;
  /** Adds a capture host; with `polls: 'captures'` it never hears a message. */
  host(name: string, options?: { attaches?: boolean; polls?: 'all' | 'captures' }): Promise<FakeHost>;
  /** Lets a host that never heard messages hear them. */
  listen(name: string): Promise<void>;
  /** Adds a worker for the messages to a host. */
  messages(name: string, activities: object): Promise<void>;
  start(options: StartOptions): Promise<StreamHandle>;
  awaitState(stream: StreamHandle, passes: (state: StreamState) => boolean): Promise<StreamState>;
  close(): Promise<void>;
}

/** Workers for the real server, with the real workflows and fake activities. */
export async function openStreamBench(): Promise<StreamBench> {
  const { client, native, namespace, close } = await connectBoth();
  const records = fakeRecords();
  const running: { worker: Worker; done: Promise<void> }[] = [];
  const streams: StreamHandle[] = [];
  const listeners = new Map<string, () => Promise<void>>();
  const run = (worker: Worker): void => void running.push({ worker, done: worker.run() });
  const shared = { connection: native, namespace, maxHeartbeatThrottleInterval: '100ms' } as const;
  run(
    await Worker.create({
      ...shared,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: records.activities,
    }),
  );

  return {
    client,
    records,
    async host(name, { attaches = true, polls = 'all' } = {}) {
      const host = fakeHost(client, name, { attaches });
      const { captureFrames, ...messages } = host.activities;
      run(await Worker.create({ ...shared, taskQueue: CAPTURE_QUEUE, activities: { captureFrames } }));
      listeners.set(name, async () => {
        run(await Worker.create({ ...shared, taskQueue: hostQueue('capture', name), activities: messages }));
      });
      if (polls === 'all') await listeners.get(name)?.();
      return host;
    },
    listen: async (name) => listeners.get(name)?.(),
    async messages(name, activities) {
      run(await Worker.create({ ...shared, taskQueue: hostQueue('capture', name), activities }));
    },
    async start({ id, continueAfterEvents, ...request }) {
      const input: LiveStreamInput = {
        streamId: id,
        source: { url: 'rtmp://host/app/key' },
        capture: { everyMs: 1000 },
        ...request,
        ...(continueAfterEvents === undefined ? {} : { continueAfterEvents }),
      };
      const workflowId = streamWorkflowId({ tenant: 'default', streamId: id });
      const options = { workflowId, taskQueue: WORKFLOW_QUEUE, args: [input] as [LiveStreamInput] };
      await client.workflow.start<typeof liveStream>('liveStream', options);
      // Without a run id: it follows the stream over continue-as-new.
      const stream = client.workflow.getHandle<typeof liveStream>(workflowId);
      streams.push(stream);
      return stream;
    },
    awaitState: (stream, passes) =>
      eventually(
        async () => {
          const state = await stream.query(streamStateQuery);
          return passes(state) ? state : undefined;
        },
        { withinMs: 30_000, what: `the state of ${stream.workflowId}` },
      ),
    async close() {
      try {
        await Promise.all(streams.map((stream) => terminate(client, stream)));
      } finally {
        for (const { worker } of running) worker.shutdown();
        await Promise.all(running.map(({ done }) => done));
        await close();
      }
    },
  };
}

/** With its segment, which would otherwise wait for the hosts of the next test. */
async function terminate(client: Client, stream: StreamHandle): Promise<void> {
  // It has no state where its request made no sense.
  const state = await stream.query(streamStateQuery).catch(() => undefined);
  // A successor may be there, too.
  const epochs = state ? [state.epoch, state.epoch + 1] : [];
  const segments = epochs.map((epoch) => client.workflow.getHandle(segmentWorkflowId(state!, { ...state!, epoch })));
  for (const handle of [stream, ...segments]) {
    await handle.terminate().catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error; // Most have ended.
    });
  }
}

/** A bench for each test of the suite. */
export function useStreamBench(): () => StreamBench {
  let bench: StreamBench | undefined;
  beforeEach(async () => {
    bench = await openStreamBench();
  });
  afterEach(() => bench?.close());
  return () => bench!;
}

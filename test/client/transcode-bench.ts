import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { fileLargeObjects } from '../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { createDeadLetterActivities } from '../../activities/index.js';
import { createRestartTask } from '../../activities/dead-letters/restart-task.js';
import { createIsHost } from '../../activities/host/is-host.js';
import type { TranscodeRequest } from '../../contracts/transcode.js';
import { WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { Reelay } from '../../client/connect.js';
import { reelayOf } from '../harness/reelay-of.js';
import { connectBoth } from '../workflows/connect-both.js';

export type TranscodeBench = Awaited<ReturnType<typeof openTranscodeBench>>;

let bundling: Promise<WorkflowBundle> | undefined;

/** The real server, a folder as store and event log, and stubs for the workflow of a task. */
export async function openTranscodeBench(
  folder: string,
  more: (deps: { store: ObjectStore; client: Client }) => object = () => ({}),
) {
  const { client, native, namespace, close } = await connectBoth();
  const store = fileObjectStore({ folder: join(folder, 'store') });
  const large = fileLargeObjects({ folder: join(folder, 'store') });
  const log = { folder: join(folder, 'events') };
  const [sink, source] = [fileEventSink(log), fileEventSource(log)];
  const workflowBundle = await (bundling ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./fixtures/stub-workflows.js', import.meta.url)),
    logger: new DefaultLogger('ERROR', () => undefined),
  }));
  const worker = await Worker.create({
    connection: native,
    namespace,
    taskQueue: WORKFLOW_QUEUE,
    workflowBundle,
    activities: {
      ...createDeadLetterActivities({
        stores: [store],
        events: sink,
        records: sink,
        source,
        restartTask: createRestartTask(client),
        isHost: createIsHost(client, 'capture'),
      }),
      ...more({ store, client }),
    },
  });
  const running = worker.run();
  return {
    client,
    store,
    sink,
    source,
    reelay: reelayOf({ temporal: client, stores: [store], large, source }),
    /** The same, but what it removes is only named. */
    removingInto: (removed: string[]): Reelay => {
      const remove = async (keys: readonly string[]): Promise<void> => void removed.push(...keys);
      return reelayOf({ temporal: client, stores: [store], large: { ...large, remove }, source });
    },
    /** Under an id of its own. */
    request: (what: 'wait' | 'fail' | 'end', change: Partial<TranscodeRequest> = {}): TranscodeRequest => ({
      taskId: `t-${randomUUID().slice(0, 8)}`,
      tenant: 'acme',
      profile: 'mp4-720p',
      input: { url: 'https://example.com/movie.mp4' },
      labels: { do: what },
      ...change,
    }),
    async close(): Promise<void> {
      worker.shutdown();
      await running;
      await Promise.all([sink.close(), source.close(), store.close(), close()]);
    },
  };
}

import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { fault } from '../contracts/errors.js';
import { createCaptureWorker, type CaptureWorker } from './capture-worker.js';
import type { Config } from '../runtime/config.js';
import { adapterLog, createLog } from '../runtime/log.js';
import { openAdapters } from '../runtime/open-adapters.js';
import type { Role } from './roles.js';
import { temporalLogger } from './temporal-logger.js';
import { createTranscodeWorker } from './transcode-worker.js';
import { createWorkflowWorker } from './workflow-worker.js';

interface RunOptions {
  config: Config;
  roles: readonly Role[];
  /** Aborts to drain and stop. */
  stopping: AbortSignal;
  onReady(): void;
}

/** Runs this process's workers until it is told to stop; then hands captures over, delivers and closes what it opened. */
export async function runWorkers({ config, roles, stopping, onReady }: RunOptions): Promise<void> {
  const log = createLog(config);
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions).catch((cause: unknown) => {
    throw fault('temporal-unreachable', `no Temporal server at ${connectionOptions.address ?? 'localhost:7233'}`, {
      cause,
    });
  });
  const adapters = await openAdapters(config, adapterLog(log));
  try {
    const client = new Client({ connection, namespace });
    const capture = roles.includes('capture')
      ? await createCaptureWorker({ connection, client, config, adapters, log })
      : undefined;
    const workflow = roles.includes('workflow')
      ? [await createWorkflowWorker({ connection, client, config, adapters })]
      : [];
    const transcode = roles.includes('transcode')
      ? await createTranscodeWorker({ connection, client, config, adapters, log })
      : undefined;
    const others = [...workflow, ...(transcode ? [transcode.worker] : [])];
    const workers = [...others, ...(capture?.workers ?? [])];
    const stop = (): void => void drain({ capture, others });
    stopping.addEventListener('abort', stop, { once: true });
    try {
      const running = Promise.all(workers.map((worker) => worker.run()));
      capture?.open();
      onReady();
      await running;
    } finally {
      await capture?.close();
      await transcode?.close();
    }
  } finally {
    await adapters.close();
    await connection.close();
  }
}

/** A relay needs workflows: where one process runs both, they end last. */
async function drain({ capture, others }: { capture: CaptureWorker | undefined; others: Worker[] }): Promise<void> {
  await capture?.drain();
  for (const worker of others) worker.shutdown();
}

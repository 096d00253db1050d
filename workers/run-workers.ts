import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { fault } from '../contracts/errors.js';
import { createCaptureWorker } from './capture-worker.js';
import type { Config } from './config.js';
import { adapterLog, createLog, temporalLogger } from './log.js';
import { openAdapters } from './open-adapters.js';
import type { Role } from './roles.js';
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
      ? [await createWorkflowWorker({ connection, namespace, adapters })]
      : [];
    const workers = [...workflow, ...(capture?.workers ?? [])];
    const stop = (): void => {
      capture?.drain();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    stopping.addEventListener('abort', stop, { once: true });
    try {
      const running = Promise.all(workers.map((worker) => worker.run()));
      onReady();
      await running;
    } finally {
      capture?.close();
    }
  } finally {
    await adapters.close();
    await connection.close();
  }
}

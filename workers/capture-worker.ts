import { Worker, type NativeConnection } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { createDelivery } from '../activities/capture/deliver-frames.js';
import { createCaptureRegistry } from '../activities/capture/registry.js';
import { openSpool } from '../activities/capture/spool.js';
import { createCaptureActivities, createHostActivities } from '../activities/index.js';
import { CAPTURE_QUEUE, captureHostQueue } from '../contracts/queues.js';
import { nowMs } from './clock.js';
import type { Config } from './config.js';
import type { Adapters } from './open-adapters.js';
import { createSourceGuard } from './source-guard.js';
import { watchStreamLeases } from './stream-lease.js';

interface CaptureWorkerStart {
  connection: NativeConnection;
  client: Client;
  config: Config;
  adapters: Adapters;
  log: Logger;
}

export interface CaptureWorker {
  workers: Worker[];
  /** Hands all captures over, and gives up on undelivered frames, which stay in the spool, at the end of the grace time. */
  drain(): void;
  close(): void;
}

/** What captures may take to deliver their last frames when the worker stops; below the workers' own force time. */
const DELIVER_WITHIN_MS = 20_000;

/** Runs captures, and the queue of this host by which messages reach them. */
export async function createCaptureWorker({
  connection,
  client,
  config,
  adapters,
  log,
}: CaptureWorkerStart): Promise<CaptureWorker> {
  const closing = new AbortController();
  const registry = createCaptureRegistry();
  const { store, sink: events } = adapters;
  const spool = await openSpool({ folder: config.spoolDir, maxBytes: config.spoolMaxBytes });
  const delivery = createDelivery({
    ...{ spool, store, events, concurrency: config.deliveryConcurrency, closing: closing.signal },
    onProblem: (error, { session, slotMs }) => {
      log.warn({ ...session, slotMs, error: String(error) }, 'frame is not delivered yet');
    },
  });
  void delivery.deliverLeftovers().then(
    (count) => {
      if (count > 0) log.info({ count }, 'delivered what the spool held');
    },
    (error: unknown) => {
      if (!closing.signal.aborted) log.error({ error: String(error) }, 'the spool cannot be drained');
    },
  );
  const checkSource = createSourceGuard({
    allowPrivate: config.allowPrivateSources,
    allowFile: config.allowFileSources,
  });
  const host = {
    name: config.host,
    ffmpeg: config.ffmpeg,
    client,
    store,
    events,
    delivery,
    registry,
    closing: closing.signal,
    nowMs,
    checkSource,
  };
  const shared = {
    connection,
    namespace: client.options.namespace,
    shutdownGraceTime: '25s',
    shutdownForceTime: '40s',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: CAPTURE_QUEUE,
      activities: createCaptureActivities(host),
      maxConcurrentActivityTaskExecutions: config.maxStreams,
    }),
    Worker.create({ ...shared, taskQueue: captureHostQueue(config.host), activities: createHostActivities(registry) }),
  ]);
  const lease = watchStreamLeases({
    client,
    registry,
    host: config.host,
    onError: (error) => {
      log.warn({ error: String(error) }, 'streams cannot be checked');
    },
  });
  return {
    workers,
    drain() {
      for (const { capture } of registry.entries.values()) capture.stop('handover');
      setTimeout(() => {
        closing.abort();
      }, DELIVER_WITHIN_MS).unref();
    },
    close() {
      lease.close();
      closing.abort();
    },
  };
}

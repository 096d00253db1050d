import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { CaptureHost } from '../activities/capture/capture-host.js';
import { confirmCapture } from '../activities/capture/confirm-capture.js';
import { createCaptureRegistry } from '../activities/capture/registry.js';
import { openCemetery } from '../activities/dead-letters/open-cemetery.js';
import { logDeliveryNews } from '../activities/delivery/delivery-news.js';
import { openDelivery } from '../activities/delivery/open-delivery.js';
import { watchFreezes } from '../activities/host/freeze-watch.js';
import { createHostClock } from '../activities/host/host-clock.js';
import { createHostLease } from '../activities/host/host-lease.js';
import {
  createCaptureActivities,
  createHostActivities,
  createLeaseActivities,
  createSpooledLetterActivities,
} from '../activities/index.js';
import { openSourceGateway } from '../adapters/sources/open-source-gateway.js';
import { CAPTURE_QUEUE, hostQueue } from '../contracts/queues.js';
import { prepareSandbox } from '../media/confinement.js';
import { oneProcess } from '../media/source/one-process.js';
import { allowedNetworks } from '../runtime/allowed-networks.js';
import { readPem } from '../runtime/read-pem.js';
import { askForLease } from './ask-for-lease.js';
import { drainCaptures } from './drain-captures.js';
import { dataConverter } from '../runtime/payload-codec.js';
import type { OpenRole, RoleDeps } from './open-role.js';
import { createSourceGuard } from './source-guard.js';
import { watchStreamLeases } from './stream-lease.js';

/** Each is an update of the server's; a cancelled segment, which few cancel by hand, hears of it by the next. */
const HEARTBEATS_APART = '30s';
/** A heartbeat is how a redrive hears that it is cancelled. */
const HEAR_OF_CANCEL_WITHIN = '2s';

/**
 * Runs captures, and the queue of this host by which messages reach them. It drains by having all captures relayed to
 * other hosts, and hands over those that no host takes in time; it gives up on undelivered frames, which stay in the
 * spool, at the end of the grace time.
 */
export async function openCaptureWorker({ connection, client, config, adapters, log }: RoleDeps): Promise<OpenRole> {
  await prepareSandbox(config.sandbox, { has: ['limits'] });
  const closing = new AbortController();
  const registry = createCaptureRegistry();
  const { delivery, cemetery, store, events, close } = await openDelivery({
    folder: config.spoolDir,
    maxBytes: config.spoolMaxBytes,
    store: adapters.store,
    backup: adapters.backup,
    latestEveryMs: config.latestEvery,
    events: adapters.sink,
    openCemetery: (ground) => openCemetery(ground, { host: config.host }),
    concurrency: config.deliveryConcurrency,
    maxAgeMs: config.deliveryMaxAgeMs,
    news: logDeliveryNews(log),
    closing: closing.signal,
  });
  const gateway = openSourceGateway({
    allowNetworks: allowedNetworks(config).sources,
    ca: await readPem(config, 'sourceCaFile'),
    isVerified: config.verifySources,
  });
  const checkSource = createSourceGuard({ guard: gateway.guard, allowFile: config.allowFileSources });
  const clock = createHostClock({
    onSkew: (skewMs) => {
      log.warn({ code: 'clock-skewed', skewMs: Math.round(skewMs) }, 'the wall clock of this host is wrong');
    },
  });
  const { nowMs } = clock;
  let isDraining = false;
  const instance = randomUUID().slice(0, 8);
  const lease = createHostLease({
    kind: 'capture',
    instance,
    client,
    registry,
    leaseMs: config.hostLeaseMs,
    ask: () => {
      clock.asked();
      return askForLease(client, { kind: 'capture', host: config.host, instance, leaseMs: config.hostLeaseMs });
    },
    onGranted: (serverMs) => {
      clock.granted(serverMs);
    },
    confirm: (run) => confirmCapture(client, run),
    release: ({ capture }) => {
      capture.release();
    },
    onError: (error) => {
      log.warn({ error: String(error) }, 'the lease of this host cannot be renewed');
    },
  });
  const freezes = watchFreezes(nowMs);
  const host: CaptureHost = {
    name: config.host,
    instance,
    pictures: oneProcess({ ffmpeg: config.ffmpeg, gateway, nowMs }),
    client,
    store,
    ledgerEveryMs: config.ledgerEveryMs,
    events,
    delivery,
    registry,
    lease,
    freezes,
    closing: closing.signal,
    clock,
    checkSource,
    takesCaptures: () => !isDraining,
  };
  const shared = {
    connection,
    namespace: client.options.namespace,
    dataConverter: dataConverter(config),
    shutdownGraceTime: '35s',
    shutdownForceTime: '50s',
  } as const;
  const [captures, messages] = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: CAPTURE_QUEUE,
      activities: createCaptureActivities(host),
      maxConcurrentActivityTaskExecutions: config.maxStreams,
      maxHeartbeatThrottleInterval: HEARTBEATS_APART,
      // What a frozen process has asked for is given to it all the same: so each asks for one capture at a time.
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 1 },
    }),
    Worker.create({
      ...shared,
      taskQueue: hostQueue('capture', config.host),
      activities: {
        ...createHostActivities(host),
        ...createLeaseActivities(lease),
        ...createSpooledLetterActivities({
          ...adapters,
          host: config.host,
          dead: cemetery.dead,
          events: adapters.sink,
        }),
      },
      maxHeartbeatThrottleInterval: HEAR_OF_CANCEL_WITHIN,
    }),
  ]);
  const streams = watchStreamLeases({
    client,
    registry,
    host: config.host,
    onError: (error) => {
      log.warn({ error: String(error) }, 'streams cannot be checked');
    },
  });
  return {
    workers: [captures, messages],
    opened: () => {
      lease.open();
    },
    async drain() {
      isDraining = true;
      captures.shutdown();
      await drainCaptures(registry, { closing });
      await lease.close();
      messages.shutdown();
    },
    async close() {
      streams.close();
      freezes.close();
      closing.abort();
      await lease.close();
      await close();
    },
  };
}

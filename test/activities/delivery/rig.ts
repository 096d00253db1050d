import { join } from 'node:path';
import { openCemetery } from '../../../activities/dead-letters/open-cemetery.js';
import type { BreakerPolicy } from '../../../activities/delivery/breaker-state.js';
import type { DeliveryNews, OnProblem } from '../../../activities/delivery/delivery-news.js';
import { openDelivery } from '../../../activities/delivery/open-delivery.js';
import type { Spool } from '../../../activities/delivery/spool.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { createCounter } from '../capture/switchable.js';

export interface RigStart {
  folder: string;
  store: ObjectStore;
  backup?: ObjectStore;
  backupAfterMs?: number;
  events: EventSink;
  policy?: Partial<BreakerPolicy>;
  maxBytes?: number;
  maxAgeMs?: number;
  concurrency?: number;
}

/** Probes in milliseconds, so that a test of an outage takes no longer than it has to. */
export const QUICK: Partial<BreakerPolicy> = {
  firstProbeMs: 10,
  longestProbeMs: 40,
  firstDeniedProbeMs: 10,
  longestDeniedProbeMs: 40,
  refuseAfter: 3,
};

/** The delivery of a worker, on the given store and event log, with what it tells noted. */
export async function openRig(start: RigStart) {
  const { folder, store, backup, events, policy = QUICK, maxBytes = 1e7, maxAgeMs = 60_000, concurrency = 4 } = start;
  const { backupAfterMs = Infinity } = start;
  const closing = new AbortController();
  const problems = createCounter();
  const told: Parameters<OnProblem>[] = [];
  const awaySinceMs = new Map<string, number>();
  let spool: Spool | undefined;
  let onLeftovers: DeliveryNews['onLeftovers'] = () => undefined;
  const leftovers = new Promise<number>((resolve, reject) => {
    onLeftovers = (end) => ('count' in end ? resolve(end.count) : reject(end.error as Error));
  });
  const { delivery, cemetery, close } = await openDelivery({
    folder: join(folder, 'spool'),
    maxBytes,
    store,
    backup,
    events,
    openCemetery(ground) {
      ({ spool } = ground);
      return openCemetery(ground, { host: 'here', againAfterMs: 50 });
    },
    concurrency,
    maxAgeMs,
    news: {
      onProblem(...problem) {
        told.push(problem);
        problems.add();
      },
      onAway: (destination) => awaySinceMs.set(destination, performance.now()),
      onBack: (destination) => awaySinceMs.delete(destination),
      onLeftovers,
    },
    closing: closing.signal,
    patience: { breaker: policy, backupAfterMs, primaryAgainMs: 200 },
  });
  return {
    delivery,
    spool: spool!,
    dead: cemetery.dead,
    closing,
    problems,
    told,
    /** How many frames an earlier process had left, once they are delivered. */
    leftovers,
    storeBreaker: {
      get openForMs(): number {
        const sinceMs = awaySinceMs.get('store');
        return sinceMs === undefined ? 0 : performance.now() - sinceMs;
      },
    },
    async close(): Promise<void> {
      closing.abort();
      await close();
    },
  };
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

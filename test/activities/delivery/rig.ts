import { join } from 'node:path';
import { createCemetery } from '../../../activities/dead-letters/cemetery.js';
import { openDeadFolder } from '../../../activities/dead-letters/dead-folder.js';
import { startLetterSender } from '../../../activities/dead-letters/send-letters.js';
import { createBreaker } from '../../../activities/delivery/breaker.js';
import type { BreakerPolicy } from '../../../activities/delivery/breaker-state.js';
import { createDelivery } from '../../../activities/delivery/deliver-frames.js';
import { openSpool } from '../../../activities/delivery/spool.js';
import { createStoreRoute } from '../../../activities/delivery/store-route.js';
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
  ...{ firstProbeMs: 10, longestProbeMs: 40, firstDeniedProbeMs: 10, longestDeniedProbeMs: 40, refuseAfter: 3 },
};

/** A delivery put together as a worker does, on the given store and event log. */
export async function openRig(start: RigStart) {
  const { folder, store, backup, events, policy = QUICK, maxBytes = 1e7, maxAgeMs = 60_000, concurrency = 4 } = start;
  const closing = new AbortController();
  const problems = createCounter();
  const told: unknown[] = [];
  const onProblem = (error: unknown): void => {
    told.push(error);
    problems.add();
  };
  const breaker = (name: string) => createBreaker({ name, policy });
  const spoolFolder = join(folder, 'spool');
  const dead = await openDeadFolder({ folder: spoolFolder, maxBytes: maxBytes / 2 });
  const spool = await openSpool({ folder: spoolFolder, maxBytes, otherBytes: () => dead.usedBytes, onProblem });
  const letters = { dead, events, closing: closing.signal, onProblem, againAfterMs: 50 };
  const sender = startLetterSender({ ...letters, breaker: breaker('letters') });
  const rarely = { afterMs: start.backupAfterMs ?? Infinity, everyMs: 200 };
  const primary = {
    store,
    breaker: createBreaker({ name: 'store', policy: { ...policy, ...(backup ? { rarely } : {}) } }),
  };
  const delivery = createDelivery({
    ...{ spool, store, backup, events, concurrency, maxAgeMs, closing: closing.signal, onProblem },
    route: createStoreRoute({
      primary,
      ...(backup ? { backup: { store: backup, breaker: breaker('backup') } } : {}),
      ...(start.backupAfterMs === undefined ? {} : { backupAfterMs: start.backupAfterMs }),
    }),
    eventsBreaker: breaker('frames'),
    cemetery: createCemetery({ dead, spool, sender, host: 'here', onProblem }),
  });
  return {
    ...{ delivery, spool, dead, closing, problems, told, storeBreaker: primary.breaker },
    async close(): Promise<void> {
      closing.abort();
      await sender.ended;
      await spool.close();
    },
  };
}

export type Rig = Awaited<ReturnType<typeof openRig>>;

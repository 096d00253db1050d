import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { failureKindOf } from './failure-kind.js';
import type { Breaker, Passage, Wait } from './breaker.js';

export interface StoreWay {
  store: ObjectStore;
  breaker: Breaker;
}

export interface StoreRoute {
  /** Does the work in the store that is to be used now; a call that waits may be told to ask again (`left`). */
  pass<T>(work: (to: Destination) => Promise<T>, wait: Wait): Promise<Passage<T>>;
}

export interface Destination {
  name: 'primary' | 'backup';
  store: ObjectStore;
}

/**
 * How long the primary store may be away before frames go to the backup: an ordinary restart or failover is over by then,
 * and what is in the backup stays there for good.
 */
export const BACKUP_AFTER_MS = 10_000;
/** Never sticky: so often one frame is sent to the primary store to see. */
export const PRIMARY_AGAIN_MS = 60_000;
/** Who waits for the backup looks so often whether the primary is back. */
const BACKUP_PATIENCE_MS = 2000;

export function createStoreRoute({
  primary,
  backup,
  backupAfterMs = BACKUP_AFTER_MS,
}: {
  primary: StoreWay;
  backup?: StoreWay | undefined;
  backupAfterMs?: number;
}): StoreRoute {
  return {
    async pass(work, wait) {
      const inPrimary = (patience: Wait) =>
        primary.breaker.pass(() => work({ name: 'primary', store: primary.store }), patience);
      if (!backup) return inPrimary(wait);
      const patienceMs = Math.min(wait.leaveInMs, Math.max(0, backupAfterMs - primary.breaker.openForMs));
      const first = await inPrimary({ ...wait, leaveInMs: patienceMs });
      const isOpenLong = primary.breaker.openForMs >= backupAfterMs;
      // A probe that failed goes on at once; a frame that the store refuses is no better off elsewhere.
      const isOver = first.kind === 'passed' || (first.kind === 'failed' && failureKindOf(first.failure) === 'poison');
      const isHopeless = first.kind === 'refused' || (first.kind === 'failed' && first.isFinal);
      if (isOver || (!isHopeless && !isOpenLong)) return first;
      const leaveInMs = Math.min(wait.leaveInMs, BACKUP_PATIENCE_MS);
      const second = await backup.breaker.pass(() => work({ name: 'backup', store: backup.store }), {
        ...wait,
        leaveInMs,
      });
      if (isHopeless || second.kind === 'passed') return second;
      // The store itself may come back, whatever the backup says.
      if (second.kind === 'failed') return { ...second, isFinal: false };
      return inPrimary({ ...wait, leaveInMs });
    },
  };
}

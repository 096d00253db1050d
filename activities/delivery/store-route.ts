import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { failureKindOf } from './failure-kind.js';
import type { Breaker, Passage, Wait } from './breaker.js';

export interface StoreWay {
  store: ObjectStore;
  breaker: Breaker;
}

export interface StoreRoute {
  /** Does the work in the store that is to be used now; whoever waits may be told to ask again (`left`). */
  pass<T>(work: (store: ObjectStore) => Promise<T>, wait: Wait): Promise<Passage<{ value: T; isBackup: boolean }>>;
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
      if (!backup) return named(await primary.breaker.pass(() => work(primary.store), wait), { isBackup: false });
      const patienceMs = Math.min(wait.leaveInMs, Math.max(0, backupAfterMs - primary.breaker.openForMs));
      const first = await primary.breaker.pass(() => work(primary.store), { ...wait, leaveInMs: patienceMs });
      const isOpenLong = primary.breaker.openForMs >= backupAfterMs;
      // A probe that failed goes on at once; a frame that the store refuses is no better off elsewhere.
      const isOver = first.kind === 'passed' || (first.kind === 'failed' && failureKindOf(first.failure) === 'poison');
      const isHopeless = first.kind === 'refused' || (first.kind === 'failed' && first.isFinal);
      if (isOver || (!isHopeless && !isOpenLong)) return named(first, { isBackup: false });
      const leaveInMs = Math.min(wait.leaveInMs, BACKUP_PATIENCE_MS);
      const second = await backup.breaker.pass(() => work(backup.store), { ...wait, leaveInMs });
      if (isHopeless || second.kind === 'passed') return named(second, { isBackup: true });
      // The store itself may come back, whatever the backup says.
      if (second.kind === 'failed') return { ...second, isFinal: false };
      return named(await primary.breaker.pass(() => work(primary.store), { ...wait, leaveInMs }), { isBackup: false });
    },
  };
}

const named = <T>(
  passage: Passage<T>,
  { isBackup }: { isBackup: boolean },
): Passage<{ value: T; isBackup: boolean }> =>
  passage.kind === 'passed' ? { kind: 'passed', value: { value: passage.value, isBackup } } : passage;

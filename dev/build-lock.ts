import { setTimeout as delay } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { Report } from './steps.js';

const LOCK_STALE_MS = 30_000;
const LOCK_RETRY_MS = 500;

export interface BuildLockOptions {
  report: Report;
  signal?: AbortSignal | undefined;
}

/** One work on that path at a time across processes; a lock whose holder died is taken over after `LOCK_STALE_MS`. */
export async function underBuildLock<Product>(
  path: string,
  { report, signal }: BuildLockOptions,
  work: () => Promise<Product>,
): Promise<Product> {
  const release = await takeLock(path, { report, signal });
  try {
    return await work();
  } finally {
    await release();
  }
}

async function takeLock(path: string, { report, signal }: BuildLockOptions): Promise<() => Promise<void>> {
  for (;;) {
    try {
      return await lock(path, { realpath: false, stale: LOCK_STALE_MS });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      report(`waiting for another run that builds ${path}`);
      await delay(LOCK_RETRY_MS, undefined, signal ? { signal } : {});
    }
  }
}

import type { LargeObjects } from '../../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { TaskRef } from '../../contracts/ids.js';
import { taskOfWorkKey, WORK, workPrefix } from '../../contracts/keys.js';
import { removeWithUploads } from './remove-with-uploads.js';

export interface SweepDeps {
  store: Pick<ObjectStore, 'list'>;
  large: Pick<LargeObjects, 'remove' | 'abandonUploads'>;
}

export interface Swept {
  /** Unfinished uploads that were thrown away. */
  uploads: number;
  /** Tasks whose pieces were removed. */
  tasks: number;
}

/** A put goes on with what an earlier attempt has sent, so this is longer than any pause between attempts. */
const UPLOADS_KEPT_MS = 86_400_000;
/** A task that failed or was cancelled can be retried with what it had finished for so long. */
const WORK_KEPT_MS = 7 * 86_400_000;

interface Sweep {
  nowMs: number;
  /** When a task ended, Unix milliseconds: 0 where it is long forgotten, undefined while it runs. */
  endOf(task: TaskRef): Promise<number | undefined>;
}

/** Takes away uploads that nobody goes on with, and pieces of tasks that are long over. */
export async function sweepStore({ store, large }: SweepDeps, { nowMs, endOf }: Sweep): Promise<Swept> {
  const tasks = new Map<string, TaskRef>();
  for await (const { key } of store.list(WORK)) {
    const task = taskOfWorkKey(key);
    if (task) tasks.set(workPrefix(task), task);
  }
  let removed = 0;
  for (const [prefix, task] of tasks) {
    const endedAtMs = await endOf(task);
    if (endedAtMs === undefined || endedAtMs > nowMs - WORK_KEPT_MS) continue;
    await removeWithUploads({ store, large }, prefix);
    removed += 1;
  }
  return { uploads: await large.abandonUploads({ prefix: '', beforeMs: nowMs - UPLOADS_KEPT_MS }), tasks: removed };
}

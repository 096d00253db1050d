import type { LargeObjects } from '../../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { TaskRef } from '../../contracts/ids.js';
import { defaultOutputPrefix, outputKey, unitOfWorkKey, unitPrefix, WORK, type UnitRef } from '../../contracts/keys.js';
import { originOf } from '../../records/stored-plan.js';
import { removeWithUploads } from './remove-with-uploads.js';

export interface SweepDeps {
  store: Pick<ObjectStore, 'list' | 'get'>;
  large: Pick<LargeObjects, 'remove' | 'abandonUploads'>;
}

export interface Swept {
  /** Unfinished uploads of pieces that were thrown away. */
  uploads: number;
  /** Tasks of which pieces were removed. */
  tasks: number;
}

/** A put goes on with what an earlier attempt has sent, so this is longer than any pause between attempts. */
const UPLOADS_KEPT_MS = 86_400_000;
/**
 * A task that failed or was cancelled can be retried with what it had finished for so long. What was put later than this
 * may be in use by a task that no janitor can ask for: of another namespace, or of another cluster on the same store.
 */
const WORK_KEPT_MS = 7 * 86_400_000;

interface Sweep {
  /** Of Temporal: what another one has begun is left to its janitor. */
  namespace: string;
  nowMs: number;
  /** When a task ended, Unix milliseconds: 0 where it is not known here, undefined while it runs. */
  endOf(task: TaskRef): Promise<number | undefined>;
}

/** Takes away uploads that nobody goes on with, and pieces of tasks that are long over. */
export async function sweepStore({ store, large }: SweepDeps, sweep: Sweep): Promise<Swept> {
  const { namespace, nowMs, endOf } = sweep;
  const isOld = (atMs: number | undefined): boolean => atMs !== undefined && atMs <= nowMs - WORK_KEPT_MS;
  const begunBefore = nowMs - UPLOADS_KEPT_MS;
  const swept = new Set<string>();
  for (const { unit, newestMs } of await unitsIn(store)) {
    if (!isOld(newestMs) || !isOld(await endOf(unit))) continue;
    const origin = await originOf(store, unit);
    if (origin && origin.namespace !== namespace) continue;
    // A retry that has begun since the look has renewed the plan.
    if (!isOld(await newestIn(store, unit))) continue;
    await removeWithUploads({ store, large }, unitPrefix(unit, unit.unit));
    const outputs = outputKey(origin?.outputPrefix ?? defaultOutputPrefix(unit), { unit: unit.unit, path: '' });
    await large.abandonUploads({ prefix: outputs, beforeMs: begunBefore });
    swept.add(`${unit.tenant}/${unit.taskId}`);
  }
  return { uploads: await large.abandonUploads({ prefix: WORK, beforeMs: begunBefore }), tasks: swept.size };
}

async function unitsIn(store: SweepDeps['store']): Promise<{ unit: UnitRef; newestMs: number }[]> {
  const units = new Map<string, { unit: UnitRef; newestMs: number }>();
  for await (const { key, modifiedMs } of store.list(WORK)) {
    const unit = unitOfWorkKey(key);
    if (!unit) continue;
    const prefix = unitPrefix(unit, unit.unit);
    units.set(prefix, { unit, newestMs: Math.max(modifiedMs, units.get(prefix)?.newestMs ?? 0) });
  }
  return [...units.values()];
}

async function newestIn(store: SweepDeps['store'], unit: UnitRef): Promise<number> {
  let newestMs = 0;
  for await (const { modifiedMs } of store.list(unitPrefix(unit, unit.unit))) newestMs = Math.max(newestMs, modifiedMs);
  return newestMs;
}

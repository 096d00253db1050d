import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { fault } from '../contracts/errors.js';
import type { TaskRef } from '../contracts/ids.js';
import { audioKey, chunkKey, planKey, unitPrefix, type UnitRef } from '../contracts/keys.js';
import type { PlanOrigin, TranscodePlan } from '../contracts/plan.js';

/** The plan of a unit; the first one that was written is the one that all follow. */
export async function storedPlan(
  store: Pick<ObjectStore, 'get'>,
  { task, unit }: { task: TaskRef; unit: string },
): Promise<TranscodePlan | undefined> {
  const found = await store.get(planKey(task, unit));
  return found && (JSON.parse(found.body.toString()) as TranscodePlan);
}

export async function planOf(
  store: Pick<ObjectStore, 'get'>,
  { task, unit }: { task: TaskRef; unit: string },
): Promise<TranscodePlan> {
  const plan = await storedPlan(store, { task, unit });
  if (plan) return plan;
  throw fault('output-unproven', `the plan ${planKey(task, unit)} is gone: its work was removed meanwhile`);
}

export async function storePlan(
  store: Pick<ObjectStore, 'put' | 'get'>,
  { task, plan }: { task: TaskRef; plan: TranscodePlan },
): Promise<TranscodePlan> {
  const options = { contentType: 'application/json', ifAbsent: true } as const;
  const outcome = await store.put(planKey(task, plan.unit), Buffer.from(JSON.stringify(plan)), options);
  return outcome === 'written' ? plan : planOf(store, { task, unit: plan.unit });
}

/** Puts a plan again that is there already, for the sake of its time: what was begun anew is not old, whatever its age. */
export async function renewPlan(
  store: Pick<ObjectStore, 'put'>,
  { task, plan }: { task: TaskRef; plan: TranscodePlan },
): Promise<TranscodePlan> {
  await store.put(planKey(task, plan.unit), Buffer.from(JSON.stringify(plan)), { contentType: 'application/json' });
  return plan;
}

/** Who has begun with the plan of a unit; undefined where it does not say, or is no plan. */
export async function originOf(
  store: Pick<ObjectStore, 'get'>,
  { unit, ...task }: UnitRef,
): Promise<PlanOrigin | undefined> {
  try {
    return (await storedPlan(store, { task, unit }))?.origin;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is stored of a unit: each piece was proven before it was put, and none is ever replaced. */
export async function donePieces(
  store: Pick<ObjectStore, 'list'>,
  { task, plan: { unit, chunks, renditions } }: { task: TaskRef; plan: TranscodePlan },
): Promise<{ chunks: number[]; isAudioDone: boolean }> {
  const keys = new Set<string>();
  for await (const { key } of store.list(unitPrefix(task, unit))) keys.add(key);
  const isDone = ({ index }: { index: number }): boolean =>
    renditions.every(({ name: rendition }) => keys.has(chunkKey(task, { unit, rendition, index })));
  return { chunks: chunks.filter(isDone).map(({ index }) => index), isAudioDone: keys.has(audioKey(task, unit)) };
}

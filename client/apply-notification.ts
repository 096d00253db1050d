import { defined } from '../contracts/defined.js';
import { problemOf, type Problem } from '../contracts/errors.js';
import { manifestKey } from '../contracts/keys.js';
import { objectAddress } from '../contracts/object-address.js';
import { tasksOf, type RemovedObject } from '../contracts/object-notification.js';
import { outputBase, requestFor, type ObjectTrigger } from '../contracts/object-trigger.js';
import { outputPrefixOf } from '../contracts/output-prefix.js';
import { isRetryable } from '../contracts/patience.js';
import { redact } from '../contracts/redact.js';
import { SEARCH_ATTRIBUTES, whereAttribute } from '../contracts/search-attributes.js';
import { parseTranscodeRequest } from '../contracts/transcode.js';
import { ofWorkflow } from '../contracts/workflows.js';
import { readManifest } from '../records/read-manifest.js';
import type { Reelay } from './connect.js';
import { withTemporalFaults } from './temporal-fault.js';
import { submitBatch, type BatchOutcome } from './transcodes.js';
import { deleteTranscode } from './transcodes/delete-transcode.js';

export interface AppliedNotification {
  /** Tasks of the objects that came. */
  started: BatchOutcome[];
  /** Ids of tasks whose object is gone, with all that they had left. */
  deleted: string[];
  /** Objects that are gone, of which something is left all the same. */
  kept: KeptTraces[];
  /** Records that nobody can read. */
  unreadable: number;
}

export interface KeptTraces {
  bucket: string;
  key: string;
  /** The name of the trigger whose tasks they are of. */
  trigger: string;
  problem: Problem;
}

/**
 * Does what a notification of a store asks for: a task for each object that came, and nothing left of those that went.
 * Applying it twice is applying it once: a task that is known, however it ended, is not started again. Each object has an
 * outcome of its own, so it fails only where Temporal or the store is away.
 */
export async function applyNotification(
  reelay: Reelay,
  { triggers, notification }: { triggers: readonly ObjectTrigger[]; notification: unknown },
): Promise<AppliedNotification> {
  const { starts, removals, unreadable } = await tasksOf(notification, triggers);
  const started = await submitBatch(reelay, { requests: starts, startsOnce: true });
  const applied: AppliedNotification = { started, deleted: [], kept: [], unreadable };
  for (const removal of removals) {
    const { bucket, key, trigger } = removal;
    try {
      applied.deleted.push(...(await deleteTasksOf(reelay, removal)));
    } catch (error) {
      if (isRetryable(error)) throw error;
      applied.kept.push({ bucket, key, trigger: trigger.name, problem: toldOf(error) });
    }
  }
  return applied;
}

const toldOf = (error: unknown): Problem =>
  problemOf(error) ?? { code: 'record-unhandled', message: redact(String(error)) };

async function deleteTasksOf(reelay: Reelay, removal: RemovedObject): Promise<string[]> {
  const { tenant } = removal.trigger;
  const tasks = await tasksOfObject(reelay, removal);
  for (const { taskId, outputPrefix } of tasks)
    await deleteTranscode(reelay, { taskId, tenant, ...defined({ outputPrefix }) });
  return tasks.map(({ taskId }) => taskId);
}

interface FoundTask {
  taskId: string;
  outputPrefix?: string;
}

/** By what Temporal knows of them, and by their manifests. */
async function tasksOfObject(reelay: Reelay, { trigger, bucket, key, stem }: RemovedObject): Promise<FoundTask[]> {
  const { store } = await reelay.adapters();
  const found = new Map<string, FoundTask>();
  if (trigger.isHidden) {
    const url = objectAddress({ bucket, key });
    const request = await requestFor(trigger, { bucket, key, version: '', url });
    const outputPrefix = outputPrefixOf(parseTranscodeRequest(request), store);
    const manifest = await readManifest(store, outputPrefix);
    // A manifest is what somebody put there: it names no task but one of this very object.
    if (manifest?.taskId.startsWith(stem)) found.set(manifest.taskId, { taskId: manifest.taskId, outputPrefix });
  } else {
    const base = outputBase(trigger);
    for await (const { key: output } of store.list(base + stem)) {
      const taskId = output.slice(base.length).split('/')[0] ?? '';
      if (output === manifestKey(base + taskId)) found.set(taskId, { taskId, outputPrefix: base + taskId });
    }
  }
  const query = `${ofWorkflow('transcode')} AND ${SEARCH_ATTRIBUTES.task.name} STARTS_WITH '${stem}' AND ${whereAttribute('tenant', trigger.tenant)}`;
  await withTemporalFaults({ what: 'the list of tasks', notFound: 'task-not-found' }, async () => {
    for await (const { workflowId } of reelay.temporal.workflow.list({ query })) {
      const taskId = workflowId.slice(workflowId.indexOf('/') + 1);
      if (!found.has(taskId)) found.set(taskId, { taskId });
    }
  });
  return [...found.values()];
}

import { defined } from '../contracts/defined.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { tasksOf, type RemovedObject } from '../contracts/object-notification.js';
import { manifestKey } from '../contracts/keys.js';
import { outputPrefixOf } from '../contracts/output-prefix.js';
import { outputBase, requestFor, type ObjectTrigger } from '../contracts/object-trigger.js';
import { parseTranscodeRequest } from '../contracts/transcode.js';
import { SEARCH_ATTRIBUTES, whereAttribute } from '../contracts/search-attributes.js';
import { ofWorkflow } from '../contracts/workflows.js';
import type { Reelay } from './connect.js';
import { submitBatch, type BatchOutcome } from './transcodes.js';
import { deleteTranscode } from './transcodes/delete-transcode.js';
import { readManifest } from '../records/read-manifest.js';
import { withTemporalFaults } from './temporal-fault.js';

export interface AppliedNotification {
  /** Tasks of the objects that came. */
  started: BatchOutcome[];
  /** Ids of tasks whose object is gone, with all that they had left. */
  deleted: string[];
  /** Records that nobody can read. */
  unreadable: number;
}

/**
 * Does what a notification of a store asks for: a task for each object that came, and nothing left of those that went.
 * Applying it twice is applying it once: a task that is known, however it ended, is not started again. It fails only
 * where Temporal or the store is away.
 */
export async function applyNotification(
  reelay: Reelay,
  { triggers, notification }: { triggers: readonly ObjectTrigger[]; notification: unknown },
): Promise<AppliedNotification> {
  const { starts, removals, unreadable } = await tasksOf(notification, triggers);
  const started = await submitBatch(reelay, { requests: starts, startsOnce: true });
  const deleted: string[] = [];
  for (const removal of removals)
    for (const { taskId, outputPrefix } of await tasksOfObject(reelay, removal)) {
      const { tenant } = removal.trigger;
      await deleteTranscode(reelay, { taskId, tenant, ...defined({ outputPrefix }) });
      deleted.push(taskId);
    }
  return { started, deleted, unreadable };
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
    const request = await requestFor(trigger, {
      bucket,
      key,
      version: '',
      url: store.url(keyInStore(store, { bucket, key })),
    });
    const outputPrefix = outputPrefixOf(parseTranscodeRequest(request), store);
    const manifest = await readManifest(store, outputPrefix);
    if (manifest) found.set(manifest.taskId, { taskId: manifest.taskId, outputPrefix });
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

/** The key of an object relative to the prefix of the store. */
function keyInStore(store: Pick<ObjectStore, 'url'>, { bucket, key }: { bucket: string; key: string }): string {
  const root = store.url('x').slice(0, -1);
  const url = `s3://${bucket}/${key}`;
  return url.startsWith(root) ? url.slice(root.length) : key;
}

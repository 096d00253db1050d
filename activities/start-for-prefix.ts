import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { failureKey, manifestKey } from '../contracts/keys.js';
import { outputPrefixOf } from '../contracts/output-prefix.js';
import { taskStart } from '../contracts/task-start.js';
import { isMeant, requestFor, type ObjectTrigger } from '../contracts/object-trigger.js';
import { parseTranscodeRequest, type TranscodeSettings } from '../contracts/transcode.js';
import type { WatchResult } from '../contracts/watch.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import { heartbeatOnProgress } from './host/heartbeat.js';

interface WatchDeps {
  store: Pick<ObjectStore, 'list' | 'head' | 'url'>;
  client: Pick<Client, 'workflow'>;
}

const AT_ONCE = 8;

/**
 * Looks through a prefix of the store and starts a task for each object that has neither a task nor a manifest. An object
 * of another size is another version; a task that failed is left alone, however long ago, since its retry is a decision.
 */
export const createStartForPrefix = ({ store, client }: WatchDeps) =>
  async function startForPrefix(trigger: ObjectTrigger): Promise<WatchResult> {
    const result: WatchResult = { objects: 0, started: 0 };
    const beat = heartbeatOnProgress(() => result);
    const queue = new PQueue({ concurrency: AT_ONCE });
    const failing = new AbortController();
    for await (const { key, sizeBytes } of store.list(trigger.prefix)) {
      beat();
      if (!isMeant(trigger, { bucket: trigger.bucket, key })) continue;
      await queue.onSizeLessThan(AT_ONCE);
      if (failing.signal.aborted) break;
      result.objects += 1;
      void queue
        .add(async () => {
          const object = { bucket: trigger.bucket, key, version: String(sizeBytes), url: store.url(key) };
          const settings = parseTranscodeRequest(await requestFor(trigger, object));
          if (await isStarted({ store, client }, settings)) result.started += 1;
          beat();
        })
        .catch((error: unknown) => failing.abort(error));
    }
    await queue.onIdle();
    failing.signal.throwIfAborted();
    return result;
  };

async function isStarted({ store, client }: WatchDeps, settings: TranscodeSettings): Promise<boolean> {
  if (await store.head(manifestKey(outputPrefixOf(settings, store)))) return false;
  if (await store.head(failureKey(settings))) return false;
  try {
    await client.workflow.start(WORKFLOWS.transcode.type, taskStart(settings, { startsOnce: true }));
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

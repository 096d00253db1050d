import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { TriggerActivities } from '../activities/index.js';
import type { ObjectTrigger } from '../contracts/object-trigger.js';
import type { WatchResult } from '../contracts/watch.js';
import { WATCH } from './policies.js';

/** One look through a watched prefix; a schedule starts it again and again, never beside itself. */
export async function watchPrefix(trigger: ObjectTrigger): Promise<WatchResult> {
  const { startForPrefix } = proxyActivities<TriggerActivities>({
    ...WATCH,
    summary: `look through ${trigger.prefix}`,
  });
  const result = await startForPrefix(trigger);
  setCurrentDetails(`**${result.started} tasks started** of ${result.objects} objects below \`${trigger.prefix}\``);
  return result;
}

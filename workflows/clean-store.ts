import { proxyActivities } from '@temporalio/workflow';
import type { JanitorActivities } from '../activities/index.js';
import { CLEAN } from './policies.js';

/** Removes what no task will ever ask for again; a schedule starts it each hour. */
export async function cleanStore(): Promise<{ uploads: number; tasks: number }> {
  const { cleanStore: clean } = proxyActivities<JanitorActivities>({ ...CLEAN, summary: 'go through the store' });
  return clean();
}

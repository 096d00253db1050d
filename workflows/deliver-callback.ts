import { proxyActivities } from '@temporalio/workflow';
import type { TaskActivities } from '../activities/index.js';
import type { CallbackInput } from '../contracts/transcode-work.js';
import { CALLBACK } from './policies.js';

/** Tells the address that asked for it of the end of a task, and tries for a day. */
export async function deliverCallback(input: CallbackInput): Promise<void> {
  const { sendCallback } = proxyActivities<TaskActivities>({ ...CALLBACK, summary: 'tell of the end' });
  await sendCallback(input);
}

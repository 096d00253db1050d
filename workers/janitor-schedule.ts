import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { WORKFLOW_QUEUE } from '../contracts/queues.js';

const SCHEDULE = 'reelay-janitor';
const EVERY = '1h';

/** One for the namespace: whichever worker comes first makes it, and an operator may pause or change it. */
export async function keepJanitor({ schedule }: Pick<Client, 'schedule'>): Promise<void> {
  try {
    await schedule.create({
      scheduleId: SCHEDULE,
      spec: { intervals: [{ every: EVERY }] },
      action: { type: 'startWorkflow', workflowType: 'cleanStore', taskQueue: WORKFLOW_QUEUE, workflowId: SCHEDULE },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { WORKFLOWS } from '../contracts/workflows.js';

const EVERY = '1h';

/** One for the namespace: whichever worker comes first makes it, and an operator may pause or change it. */
export async function keepJanitor({ schedule }: Pick<Client, 'schedule'>): Promise<void> {
  const { type: workflowType, taskQueue, idOf } = WORKFLOWS.cleanStore;
  try {
    await schedule.create({
      scheduleId: idOf(),
      spec: { intervals: [{ every: EVERY }] },
      action: { type: 'startWorkflow', workflowType, taskQueue, workflowId: idOf() },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

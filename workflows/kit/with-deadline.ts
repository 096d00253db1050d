import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import { fault } from '../../contracts/errors.js';

/** Cancels the work when its time is over, and fails with `task-expired`; without a time it has as long as it takes. */
export async function withDeadline<Result>(ms: number | undefined, work: () => Promise<Result>): Promise<Result> {
  if (ms === undefined) return work();
  let isOver = false;
  const [working, timing] = [new CancellationScope(), new CancellationScope()];
  const ringing = timing.run(async () => {
    await sleep(ms, { summary: 'deadline' });
    isOver = true;
    working.cancel();
  });
  ringing.catch(() => undefined); // cancelled: the work was done in time
  try {
    return await working.run(work);
  } catch (error) {
    if (isOver && isCancellation(error)) throw fault('task-expired', `not done ${ms} ms after its start`);
    throw error;
  } finally {
    timing.cancel();
  }
}

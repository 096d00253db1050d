import { CompleteAsyncError, Context } from '@temporalio/activity';
import { createAnswerForHost } from './answer-for-host.js';
import type { HostLease } from './host/host-lease.js';

/** Gives the lease of the host to this process, which renews it from then on; fails in another process of that name. */
export const createHoldHostLease = (lease: Pick<HostLease, 'kind' | 'instance' | 'hold'>) =>
  async function holdHostLease(wanted: { instance: string }): Promise<void> {
    await createAnswerForHost(lease)(wanted);
    const { taskToken, scheduledTimestampMs } = Context.current().info;
    lease.hold(taskToken, scheduledTimestampMs);
    throw new CompleteAsyncError();
  };

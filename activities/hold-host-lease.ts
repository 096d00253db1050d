import { CompleteAsyncError, Context } from '@temporalio/activity';
import { createAnswerForHost } from './answer-for-host.js';
import type { CaptureHost } from './capture/capture-host.js';
import type { HostLease } from './capture/host-lease.js';

/** Gives the lease of the host to this process, which renews it from then on; fails in another process of that name. */
export const createHoldHostLease = ({ instance }: Pick<CaptureHost, 'instance'>, lease: HostLease) =>
  async function holdHostLease(wanted: { instance: string }): Promise<void> {
    await createAnswerForHost({ instance })(wanted);
    lease.hold(Context.current().info.taskToken);
    throw new CompleteAsyncError();
  };

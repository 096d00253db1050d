import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { HostActivities, StreamActivities } from '../activities/index.js';
import { hostStartedSignal, type HostInstance } from '../contracts/messages.js';
import { captureHostQueue } from '../contracts/queues.js';
import { HOST_CALL, HOST_LEASE, HOST_LOST, HOST_LOST_AGAIN_AFTER } from './policies.js';

export interface CaptureHostInput {
  host: string;
  instance: string;
  leaseMs: number;
}

/**
 * The life of one capture host: as long as its process renews the lease it lives. When that lapses, or another process
 * takes its name, the streams that it captured are told, and they go on elsewhere. It ends when the host is gone; a host
 * that starts again starts it again.
 */
export async function captureHost({ host, instance: first, leaseMs }: CaptureHostInput): Promise<void> {
  let instance = first;
  setHandler(hostStartedSignal, (started) => {
    instance = started.instance;
  });
  const reports: Promise<void>[] = [];
  for (;;) {
    const held = instance;
    await CancellationScope.cancellable(async () => {
      const isReplaced = condition(() => instance !== held);
      await Promise.race([isReplaced, holdLease({ host, instance: held, leaseMs })]);
      CancellationScope.current().cancel();
    }).catch(unlessCancelled);
    reports.push(reportTwice({ host, instance: held }));
    const isLong = workflowInfo().continueAsNewSuggested;
    if (instance === held || isLong) await Promise.all(reports);
    if (instance === held) return;
    if (isLong) await continueAsNew<typeof captureHost>({ host, instance, leaseMs });
  }
}

async function reportTwice(lost: HostInstance): Promise<void> {
  const { reportHostLost } = proxyActivities<StreamActivities>({ ...HOST_LOST, summary: `${lost.host} is gone` });
  await reportHostLost(lost);
  await sleep(HOST_LOST_AGAIN_AFTER);
  await reportHostLost(lost);
}

/**
 * Resolves, or fails, when the host is gone. A lapse may also be the server's own pause, which all hosts would pay for
 * with a relay of all their streams: so the host is called, and only one that does not answer at once is gone.
 */
async function holdLease({ host, instance, leaseMs }: CaptureHostInput): Promise<void> {
  const taskQueue = captureHostQueue(host);
  const lease = { ...HOST_LEASE, taskQueue, heartbeatTimeout: leaseMs, summary: `lease of ${host}` };
  const { holdHostLease } = proxyActivities<HostActivities>(lease);
  const { answerForHost } = proxyActivities<HostActivities>({ ...HOST_CALL, taskQueue, summary: `call ${host}` });
  for (;;) {
    try {
      return await holdHostLease({ instance });
    } catch (error) {
      if (!isLapse(error)) throw error;
    }
    await answerForHost({ instance });
  }
}

const isLapse = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'HEARTBEAT';

/** A host that does not answer is gone as one that is replaced. */
function unlessCancelled(error: unknown): void {
  if (!isCancellation(error) && !(error instanceof ActivityFailure)) throw error;
}

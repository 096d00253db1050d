import {
  ActivityFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { LeaseActivities } from '../../activities/index.js';
import { hostStartedSignal, type HostInstance } from '../../contracts/messages.js';
import { hostQueue, type HostKind } from '../../contracts/queues.js';
import { HOST_CALL, HOST_LEASE, HOST_LOST_AGAIN_AFTER } from '../policies.js';

export interface HostLeaseInput extends HostInstance {
  leaseMs: number;
}

interface LeaseUse {
  kind: HostKind;
  /** Tells all that runs on a host that it is lost. */
  tellOfLoss(lost: HostInstance): Promise<void>;
}

/**
 * The life of one host: as long as its process renews the lease it lives. When that lapses, or another process takes its
 * name, what ran there is told of the loss. It ends when the host is gone; a host that starts again starts it again.
 */
export async function keepHostLease(
  { host, instance: first, leaseMs }: HostLeaseInput,
  { kind, tellOfLoss }: LeaseUse,
): Promise<void> {
  let instance = first;
  setHandler(hostStartedSignal, (started) => {
    instance = started.instance;
  });
  const reports: Promise<void>[] = [];
  for (;;) {
    const held = instance;
    await CancellationScope.cancellable(async () => {
      const isReplaced = condition(() => instance !== held);
      await Promise.race([isReplaced, holdLease(kind, { host, instance: held, leaseMs })]);
      CancellationScope.current().cancel();
    }).catch(unlessCancelled);
    reports.push(tellTwice({ host, instance: held }, tellOfLoss));
    const isLong = workflowInfo().continueAsNewSuggested;
    if (instance === held || isLong) {
      const told = Promise.all(reports);
      // A process that starts in the place of one that has ended well is not to wait until its end was told.
      await (patched('lease-at-once') && !isLong ? Promise.race([told, condition(() => instance !== held)]) : told);
    }
    if (instance === held) return;
    if (isLong) await continueAsNew<(input: HostLeaseInput) => Promise<void>>({ host, instance, leaseMs });
  }
}

async function tellTwice(lost: HostInstance, tellOfLoss: LeaseUse['tellOfLoss']): Promise<void> {
  await tellOfLoss(lost);
  await sleep(HOST_LOST_AGAIN_AFTER);
  await tellOfLoss(lost);
}

/**
 * Resolves, or fails, when the host is gone. A lapse may also be the server's own pause, for which all hosts would be
 * taken for lost: so the host is called, and only one that does not answer at once is gone.
 */
async function holdLease(kind: HostKind, { host, instance, leaseMs }: HostLeaseInput): Promise<void> {
  const taskQueue = hostQueue(kind, host);
  const lease = { ...HOST_LEASE, taskQueue, heartbeatTimeout: leaseMs, summary: `lease of ${host}` };
  const { holdHostLease } = proxyActivities<LeaseActivities>(lease);
  const { answerForHost } = proxyActivities<LeaseActivities>({ ...HOST_CALL, taskQueue, summary: `call ${host}` });
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

import {
  ActivityFailure,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';
import type { HostActivities, StreamActivities } from '../../activities/index.js';
import { formatDuration } from '../../contracts/duration.js';
import { segmentWorkflowId } from '../../contracts/ids.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { EndReason, LedgerCounts } from '../../contracts/ledger.js';
import { captureHostQueue } from '../../contracts/queues.js';
import { captureSegment } from '../capture-segment.js';
import type { Holder } from './holder.js';
import { CANCEL_WITHIN, HOST_MESSAGE, RECORD, ATTACH_WITHIN } from '../policies.js';
import {
  withHostLost,
  withPolicyApplied,
  withSegmentStarted,
  withStopAsked,
  type StreamMachine,
} from '../state/stream-machine.js';

export const sessionOf = ({ settings: { tenant, streamId }, sessionId }: StreamMachine): SessionRef => ({
  tenant,
  streamId,
  sessionId,
});

/** Abandoned by policy: a child must outlive the run that started it, since continue-as-new closes that run. */
export async function startSegment(holder: Holder): Promise<void> {
  holder.machine = withSegmentStarted(holder.machine);
  const { epoch, settings, policy, continues } = holder.machine;
  const session = sessionOf(holder.machine);
  await startChild(captureSegment, {
    workflowId: segmentWorkflowId(session, { sessionId: session.sessionId, epoch }),
    args: [{ session, epoch, settings, policy, ...(continues ? { continues } : {}) }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `segment ${epoch} of ${session.streamId}`,
  });
}

export async function pushPolicy(holder: Holder, host: string): Promise<void> {
  const { policy } = holder.machine;
  const summary = `every ${formatDuration(policy.everyMs)}${policy.isPaused ? ', paused' : ''}`;
  const { applyCapturePolicy } = hostActivities(host, summary);
  await toHost(holder, async () => {
    const applied = await applyCapturePolicy({ segmentId: segmentIdOf(holder.machine), policy });
    holder.machine = withPolicyApplied(holder.machine, applied);
  });
}

/**
 * Asks the host, which answers at once and then delivers what it has, for as long as that takes. A segment that no host
 * captures is cancelled, and given up if that does not end it.
 */
export async function stopSegment(holder: Holder): Promise<void> {
  holder.machine = withStopAsked(holder.machine);
  const host = holder.machine.segment?.host;
  const segmentId = segmentIdOf(holder.machine);
  if (host !== undefined) await toHost(holder, () => hostActivities(host, 'stop').stopCapture({ segmentId }));
  const isOver = () => !holder.machine.segment?.isAskedToStop;
  if (holder.machine.segment?.host !== undefined) return condition(isOver);
  if (await condition(isOver, ATTACH_WITHIN)) return;
  await getExternalWorkflowHandle(segmentId)
    .cancel()
    .catch((error: unknown) => {
      log.warn('segment is gone', { error: String(error) });
    });
  if (await condition(isOver, CANCEL_WITHIN)) return;
  log.warn('segment did not end; the session is sealed without it', { segmentId });
  const { segment: _, ...rest } = holder.machine;
  holder.machine = rest;
}

export async function sealStream({ machine }: Holder, reason: EndReason): Promise<LedgerCounts> {
  if (machine.firstSlotMs === undefined) return { due: 0, stored: 0, gaps: 0 };
  const { sealSession } = proxyActivities<StreamActivities>({ ...RECORD, summary: 'seal the ledger' });
  return sealSession({ session: sessionOf(machine), reason, startedAtMs: machine.startedAtMs, endedAtMs: Date.now() });
}

const segmentIdOf = (machine: StreamMachine): string =>
  segmentWorkflowId(machine.settings, { sessionId: machine.sessionId, epoch: machine.epoch });

const hostActivities = (host: string, summary: string) =>
  proxyActivities<HostActivities>({ ...HOST_MESSAGE, taskQueue: captureHostQueue(host), summary });

async function toHost(holder: Holder, message: () => Promise<void>): Promise<void> {
  try {
    await message();
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    log.warn('capture host does not answer', { error: String(error.cause) });
    holder.machine = withHostLost(holder.machine);
  }
}

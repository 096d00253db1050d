import { condition, log, ParentClosePolicy, proxyActivities, startChild } from '@temporalio/workflow';
import type { StreamActivities } from '../../activities/index.js';
import { formatDuration } from '../../contracts/duration.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { EndReason, LedgerCounts } from '../../contracts/ledger.js';
import type { CaptureSegmentInput } from '../../contracts/messages.js';
import { captureSegment } from '../capture-segment.js';
import { ATTACH_WITHIN, CANCEL_WITHIN, RECORD } from '../policies.js';
import { withHostSilent, withPolicyApplied, withSegmentStarted, withStopAsked } from '../state/stream-machine.js';
import type { Announcement, StreamMachine } from '../state/stream-state.js';
import type { Holder } from '../kit/holder.js';
import { cancelSegment, currentSegmentId, hostActivities, segmentIdOf, unlessUnanswered } from './hosts.js';

export const sessionOf = ({ settings: { tenant, streamId }, sessionId }: StreamMachine): SessionRef => ({
  tenant,
  streamId,
  sessionId,
});

export async function startSegment(holder: Holder<StreamMachine>): Promise<void> {
  holder.machine = withSegmentStarted(holder.machine);
  await startChildSegment(holder.machine, {});
}

/** Abandoned by policy: a child must outlive the run that started it, since continue-as-new closes that run. */
export async function startChildSegment(
  machine: StreamMachine,
  role: Pick<CaptureSegmentInput, 'isSuccessor'>,
): Promise<void> {
  const { epoch, settings, policy, predecessor } = machine;
  const session = sessionOf(machine);
  await startChild(captureSegment, {
    workflowId: segmentIdOf(machine, epoch),
    args: [{ session, epoch, settings, policy, ...(predecessor ? { predecessor } : {}), ...role }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `segment ${epoch} of ${session.streamId}`,
  });
}

export async function pushPolicy(holder: Holder<StreamMachine>, host: string): Promise<void> {
  const { policy } = holder.machine;
  const summary = `every ${formatDuration(policy.everyMs)}${policy.isPaused ? ', paused' : ''}`;
  const { applyCapturePolicy } = hostActivities(host, summary);
  await toHost(holder, async () => {
    const applied = await applyCapturePolicy({ segmentId: currentSegmentId(holder.machine), policy });
    holder.machine = withPolicyApplied(holder.machine, applied);
  });
}

/**
 * Asks the host, which answers at once and then delivers what it has, for as long as that takes. A segment that no host
 * captures is cancelled, and given up if that does not end it.
 */
export async function stopSegment(holder: Holder<StreamMachine>): Promise<void> {
  holder.machine = withStopAsked(holder.machine);
  const host = holder.machine.segment?.host;
  const segmentId = currentSegmentId(holder.machine);
  if (host !== undefined) await toHost(holder, () => hostActivities(host, 'stop').stopCapture({ segmentId }));
  const isOver = () => !holder.machine.segment?.isAskedToStop;
  if (holder.machine.segment?.host !== undefined) return condition(isOver);
  if (await condition(isOver, ATTACH_WITHIN)) return;
  await cancelSegment(segmentId);
  if (await condition(isOver, CANCEL_WITHIN)) return;
  log.warn('segment did not end; the session is sealed without it', { segmentId });
  const { segment: _, ...rest } = holder.machine;
  holder.machine = rest;
}

export async function sealStream({ machine }: Holder<StreamMachine>, reason: EndReason): Promise<LedgerCounts> {
  if (machine.firstSlotMs === undefined) return { due: 0, stored: 0, gaps: 0 };
  const { sealSession } = proxyActivities<StreamActivities>({ ...RECORD, summary: 'seal the ledger' });
  return sealSession({ session: sessionOf(machine), reason, startedAtMs: machine.startedAtMs, endedAtMs: Date.now() });
}

/** Tells of an announcement of the machine. */
export async function announce(told: Announcement, machine: StreamMachine): Promise<void> {
  const { publishStreamEvent } = proxyActivities<StreamActivities>({ ...RECORD, summary: `announce: ${told.kind}` });
  await publishStreamEvent({ ...sessionOf(machine), ...told });
}

export async function announceEnd(
  { machine }: Holder<StreamMachine>,
  { reason, counts }: { reason: EndReason; counts: LedgerCounts },
): Promise<void> {
  const { publishStreamEvent } = proxyActivities<StreamActivities>({ ...RECORD, summary: 'announce: ended' });
  const { epoch, policy } = machine;
  const ended = { kind: 'ended', occurrence: 0, atMs: Date.now(), epoch, everyMs: policy.everyMs } as const;
  await publishStreamEvent({ ...sessionOf(machine), ...ended, reason, counts });
}

async function toHost(holder: Holder<StreamMachine>, message: () => Promise<void>): Promise<void> {
  const isAnswered = await message().then(() => true, unlessUnanswered);
  if (!isAnswered) holder.machine = withHostSilent(holder.machine);
}

import { CancelledFailure, Context } from '@temporalio/activity';
import { fault } from '../contracts/errors.js';
import { streamWorkflowId } from '../contracts/ids.js';
import { isCurrentSegmentQuery, NO_ACCOUNT, type CaptureEnd, type CaptureSegmentInput } from '../contracts/messages.js';
import { Capture } from './capture/capture.js';
import type { CaptureStart } from './capture/capture-deps.js';
import type { CaptureHost } from './capture/capture-host.js';
import { createFoundAnnouncer } from './capture/found-announcer.js';
import { createGapAnnouncer } from './capture/gap-announcer.js';
import { createLedgerWriter } from './capture/ledger-writer.js';
import { cutOf, recoverPart } from './capture/recover-part.js';
import { createReporter } from './capture/reporter.js';
import { heartbeatOnProgress } from './host/heartbeat.js';

/**
 * Captures one segment of a live stream on this host and returns its account. A retry of it goes on where the lost
 * attempt's ledger and frames end. Faults of the source are handled inside, as long as the session lasts.
 */
export const createCaptureFrames = (host: CaptureHost) =>
  async function captureFrames(input: CaptureSegmentInput): Promise<CaptureEnd> {
    const { info, cancellationSignal } = Context.current();
    const isRetry = info.attempt > 1;
    if (isRetry && !(await isStillWanted(host, input))) return RELIEVED;
    await host.clock.scheduled(info.currentAttemptScheduledTimestampMs);
    const segmentId = info.workflowExecution?.workflowId ?? '';
    const { capture, settled, announceFound } = await open(host, { input, isRetry, segmentId });
    const leave = host.registry.add(segmentId, {
      capture,
      session: input.session,
      epoch: input.epoch,
      announceFound,
    });
    const onCancel = (): void => {
      capture.stop('stopped');
    };
    cancellationSignal.addEventListener('abort', onCancel, { once: true });
    if (cancellationSignal.aborted) onCancel();
    try {
      const end = await capture.run();
      await settled(end);
      // With the account, so that the next segment goes on where this one ends.
      if (cancellationSignal.aborted) throw new CancelledFailure((cancellationSignal.reason as Error).message, [end]);
      if (end.problem && end.reason === 'failed') throw fault(end.problem.code, end.problem.message, end.problem);
      return end;
    } finally {
      leave();
    }
  };

/** How a segment ends that was relieved while its host was lost: its account is its successor's to recover. */
const RELIEVED: CaptureEnd = { reason: 'lost', ...NO_ACCOUNT };

const isStillWanted = ({ client }: CaptureHost, { session, epoch }: CaptureSegmentInput): Promise<boolean> =>
  client.workflow.getHandle(streamWorkflowId(session)).query(isCurrentSegmentQuery, epoch, session.sessionId);

interface Opened {
  capture: Capture;
  announceFound(slots: readonly number[]): void;
  /** Resolves when the ledger, the gaps and the reports of the ended capture are where they belong. */
  settled(end: CaptureEnd): Promise<void>;
}

async function open(
  host: CaptureHost,
  { input, isRetry, segmentId }: { input: CaptureSegmentInput; isRetry: boolean; segmentId: string },
): Promise<Opened> {
  const { session, epoch, settings } = input;
  const { store, events, client, closing } = host;
  if (!host.takesCaptures()) throw fault('worker-missing', `host ${host.name} is about to stop`);
  await host.checkSource(settings.source.url);
  const { found, ...start } = input.isSuccessor ? { found: [] } : await startOf(host, { input, isRetry });
  const beat = heartbeatOnProgress(() => ({ ...capture.account.progress, host: host.name }));
  const reporter = createReporter({
    client,
    session,
    epoch,
    closing,
    onAttempt: beat,
    onUnknown: () => {
      capture.stop('handover');
    },
  });
  const gaps = createGapAnnouncer({ events, session, epoch, closing, onAttempt: beat });
  const frames = createFoundAnnouncer({ store, events, session, closing, onAttempt: beat });
  frames.announce(found);
  const part = () => capture.account.part(host.clock.nowMs());
  const ledger = createLedgerWriter({ store, part, everyMs: host.ledgerEveryMs, closing, onAttempt: beat });
  const capture: Capture = new Capture(input, {
    pictures: host.pictures,
    host: host.name,
    instance: host.instance,
    delivery: host.delivery,
    ...start,
    nowMs: () => host.clock.nowMs(),
    random: Math.random,
    onProgress: beat,
    mayPublish: () => host.lease.mayPublish(segmentId),
    lastFreeze: () => host.freezes.last(),
    onReport: (report) => {
      reporter.report(report);
    },
    onGaps: (found) => {
      gaps.announce(found);
    },
    onPolicy: () => {
      ledger.touchNow();
    },
    onAccount: () => {
      ledger.touch();
    },
  });
  const { cancellationSignal } = Context.current();
  return {
    capture,
    announceFound: (slots) => {
      frames.announce(slots);
    },
    async settled(end) {
      // Without a picture there is no account, and an empty one would look like a session that has begun.
      if (capture.account.firstSlotMs !== undefined) await ledger.flush();
      await Promise.all([reporter.idle(), gaps.idle(), frames.idle()]);
      const isSegmentGone = cancellationSignal.aborted && Context.current().cancellationDetails?.notFound;
      if (isSegmentGone) await reporter.tellLost({ ...end, reason: 'lost' });
    },
  };
}

/** A retry goes on with its own account; a first attempt, or one that has none yet, with that of the segment before it. */
async function startOf(
  { store, clock }: CaptureHost,
  { input: { session, epoch, predecessor }, isRetry }: { input: CaptureSegmentInput; isRetry: boolean },
): Promise<CaptureStart & { found: number[] }> {
  const recovery = { store, session, nowMs: clock.nowMs() };
  const resumes = isRetry ? await recoverPart({ ...recovery, epoch }) : undefined;
  if (resumes) return { resumes: resumes.part, found: resumes.found };
  const { cut: continues, found } = await cutOf(predecessor, recovery);
  return { continues, found };
}

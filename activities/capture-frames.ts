import { CancelledFailure, Context } from '@temporalio/activity';
import { fault } from '../contracts/errors.js';
import { streamWorkflowId } from '../contracts/ids.js';
import type { CaptureEnd, CaptureSegmentInput } from '../contracts/messages.js';
import { Capture } from './capture/capture.js';
import type { CaptureHost } from './capture/capture-host.js';
import { createGapAnnouncer } from './capture/gap-announcer.js';
import { createLedgerWriter } from './capture/ledger-writer.js';
import { recoverPart } from './capture/recover-part.js';
import { createReporter } from './capture/reporter.js';
import { heartbeatOnProgress } from './heartbeat.js';

/**
 * Captures one segment of a live stream on this host and returns its account. A retry of it goes on where the lost
 * attempt's ledger and frames end. Faults of the source are handled inside, as long as the session lasts.
 */
export const createCaptureFrames = (host: CaptureHost) =>
  async function captureFrames(input: CaptureSegmentInput): Promise<CaptureEnd> {
    const { info, cancellationSignal } = Context.current();
    const { capture, settled } = await open(host, { input, isRetry: info.attempt > 1 });
    const segmentId = info.workflowExecution?.workflowId ?? '';
    const leave = host.registry.add(segmentId, { capture, streamWorkflowId: streamWorkflowId(input.session) });
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

interface Opened {
  capture: Capture;
  /** Resolves when the ledger, the gaps and the reports of the ended capture are where they belong. */
  settled(end: CaptureEnd): Promise<void>;
}

async function open(
  host: CaptureHost,
  { input, isRetry }: { input: CaptureSegmentInput; isRetry: boolean },
): Promise<Opened> {
  const { session, epoch, settings } = input;
  const { store, events, client, closing } = host;
  await host.checkSource(settings.source.url);
  const resumes = isRetry ? await recoverPart({ store, session, epoch, nowMs: host.nowMs() }) : undefined;
  const beat = heartbeatOnProgress(() => ({ ...capture.account.progress, host: host.name }));
  const stop = (): void => {
    capture.stop('stopped');
  };
  const reporter = createReporter({ client, session, epoch, onUnknown: stop });
  const gaps = createGapAnnouncer({ events, session, epoch, closing, onAttempt: beat });
  const part = () => capture.account.part(host.nowMs());
  const ledger = createLedgerWriter({ store, session, epoch, part, closing, onAttempt: beat });
  const capture: Capture = new Capture(input, {
    ...{ ffmpeg: host.ffmpeg, host: host.name, delivery: host.delivery, resumes },
    nowMs: () => host.nowMs(),
    random: Math.random,
    onProgress: beat,
    onReport: (report) => {
      reporter.report(report);
    },
    onGaps: (found) => {
      gaps.announce(found);
    },
    onAccount: () => {
      ledger.touch();
    },
  });
  const { cancellationSignal } = Context.current();
  return {
    capture,
    async settled(end) {
      // Without a picture there is no account, and an empty one would look like a session that has begun.
      if (capture.account.firstSlotMs !== undefined) await ledger.flush();
      await Promise.all([reporter.idle(), gaps.idle()]);
      const isSegmentGone = cancellationSignal.aborted && Context.current().cancellationDetails?.notFound;
      if (isSegmentGone) await reporter.tellLost({ ...end, reason: 'lost' });
    },
  };
}

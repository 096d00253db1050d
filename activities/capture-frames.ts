import { Context } from '@temporalio/activity';
import pRetry from 'p-retry';
import { fault } from '../contracts/errors.js';
import { gapEvent, TOPICS } from '../contracts/events.js';
import { streamWorkflowId } from '../contracts/ids.js';
import type { Gap } from '../contracts/ledger.js';
import type { CaptureEnd, CaptureSegmentInput } from '../contracts/messages.js';
import { slotCount } from '../contracts/slots.js';
import { Capture } from './capture/capture.js';
import type { CaptureHost } from './capture/capture-host.js';
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
    const { info, cancellationSignal, client } = Context.current();
    const { session, epoch, settings } = input;
    await host.checkSource(settings.source.url);
    const resumes =
      info.attempt > 1 ? await recoverPart({ store: host.store, session, epoch, nowMs: host.nowMs() }) : undefined;
    const announcements = new Set<Promise<void>>();
    const beat = heartbeatOnProgress(() => ({ ...capture.account.progress, host: host.name }));
    const reporter = createReporter({
      client,
      session,
      onUnknown: () => {
        capture.stop('stopped');
      },
    });
    const capture: Capture = new Capture(input, {
      ...{ ffmpeg: host.ffmpeg, host: host.name, delivery: host.delivery, resumes },
      nowMs: () => host.nowMs(),
      random: Math.random,
      onProgress: beat,
      onReport: (report) => {
        reporter.report(report);
      },
      onGaps: announce,
      onAccount: () => {
        ledger.touch();
      },
    });
    const ledger = createLedgerWriter({
      store: host.store,
      session,
      epoch,
      part: () => capture.account.part(host.nowMs()),
      closing: host.closing,
    });
    const leave = host.registry.add(info.workflowExecution?.workflowId ?? '', {
      capture,
      streamWorkflowId: streamWorkflowId(session),
    });
    const onCancel = (): void => {
      capture.stop('stopped');
    };
    cancellationSignal.addEventListener('abort', onCancel, { once: true });
    if (cancellationSignal.aborted) onCancel();
    try {
      const end = await capture.run();
      await Promise.all([ledger.flush(), reporter.idle(), ...announcements]);
      if (cancellationSignal.aborted) throw cancellationSignal.reason;
      if (end.problem && end.reason === 'failed') throw fault(end.problem.code, end.problem.message, end.problem);
      return end;
    } finally {
      leave();
    }

    function announce(gaps: Gap[]): void {
      for (const gap of gaps) {
        const event = gapEvent({ ...session, epoch, ...gap, count: slotCount(gap) });
        const publish = () => host.events.publish(TOPICS.streams, { key: session.streamId, event });
        const announcement = pRetry(publish, {
          retries: Infinity,
          maxTimeout: 10_000,
          randomize: true,
          signal: host.closing,
        });
        announcements.add(announcement);
        void announcement.then(
          () => announcements.delete(announcement),
          () => undefined,
        ); // Awaited at the end too.
      }
    }
  };

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { AbortError } from 'p-retry';
import { streamWorkflowId } from '../../contracts/ids.js';
import type { SessionRef } from '../../contracts/keys.js';
import {
  captureReportedSignal,
  segmentEndedSignal,
  type CaptureEnd,
  type CaptureReport,
  type OfSession,
} from '../../contracts/messages.js';
import { keepTrying } from './keep-trying.js';
import { withReportWaiting } from './waiting-reports.js';

/**
 * Tells the stream workflow what its capture does, in order, until Temporal has heard it: that Temporal is away, for
 * however long, is no reason to end a capture.
 */
export interface Reporter {
  report(report: CaptureReport): void;
  /** Resolves when all is told, or the worker gives its last work up. */
  idle(): Promise<void>;
  /** In the place of a segment workflow that was terminated and cannot tell its stream itself. */
  tellLost(end: CaptureEnd): Promise<void>;
}

interface ReporterStart {
  client: Pick<Client, 'workflow'>;
  session: SessionRef;
  epoch: number;
  /** Aborts when the worker gives its last work up. */
  closing: AbortSignal;
  onAttempt(): void;
  /** The stream does not exist any more, so its capture has no business. */
  onUnknown(): void;
}

export function createReporter({ client, session, epoch, closing, onAttempt, onUnknown }: ReporterStart): Reporter {
  // By workflow id alone: the stream may have continued as new since the capture began.
  const stream = client.workflow.getHandle(streamWorkflowId(session));
  const { sessionId } = session;
  let waiting: readonly CaptureReport[] = [];
  let isSending = false;
  let sending: Promise<void> = Promise.resolve();
  return {
    report(report) {
      waiting = withReportWaiting(waiting, report);
      if (!isSending) sending = sendAll();
    },
    idle: () => sending,
    tellLost: (end) => tell(segmentEndedSignal, { sessionId, epoch, end }),
  };

  async function sendAll(): Promise<void> {
    isSending = true;
    for (let next = waiting[0]; next && !closing.aborted; next = waiting[0]) {
      waiting = waiting.slice(1);
      await tell(captureReportedSignal, { sessionId, ...next });
    }
    isSending = false;
  }

  async function tell<Message>(
    signal: SignalDefinition<[OfSession<Message>]>,
    message: OfSession<Message>,
  ): Promise<void> {
    const work = (): Promise<void> => stream.signal(signal, message).catch(abortWhereUnknown);
    await keepTrying(work, { closing, onAttempt }).catch(() => {
      if (!closing.aborted) onUnknown();
    });
  }
}

function abortWhereUnknown(error: unknown): never {
  throw error instanceof WorkflowNotFoundError ? new AbortError(error) : error;
}

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import pRetry, { AbortError } from 'p-retry';
import { streamWorkflowId } from '../../contracts/ids.js';
import type { SessionRef } from '../../contracts/keys.js';
import { captureReportedSignal, type CaptureReport } from '../../contracts/messages.js';

/** Tells the stream workflow what its capture does, in order, however often Temporal has to be asked. */
export interface Reporter {
  report(report: CaptureReport): void;
  idle(): Promise<void>;
}

interface ReporterStart {
  client: Pick<Client, 'workflow'>;
  session: SessionRef;
  /** The stream does not exist any more, so its capture has no business. */
  onUnknown(): void;
}

export function createReporter({ client, session, onUnknown }: ReporterStart): Reporter {
  // By workflow id alone: the stream may have continued as new since the capture began.
  const stream = client.workflow.getHandle(streamWorkflowId(session));
  let sending: Promise<void> = Promise.resolve();
  return {
    report(report) {
      sending = sending
        .then(() => pRetry(() => send(report), { retries: 20, maxTimeout: 10_000, randomize: true }))
        .catch(onUnknown);
    },
    idle: () => sending,
  };

  async function send(report: CaptureReport): Promise<void> {
    try {
      await stream.signal(captureReportedSignal, report);
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new AbortError(error) : error;
    }
  }
}

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import pRetry, { AbortError } from 'p-retry';
import { streamWorkflowId } from '../../contracts/ids.js';
import type { SessionRef } from '../../contracts/keys.js';
import {
  captureReportedSignal,
  segmentEndedSignal,
  type CaptureEnd,
  type CaptureReport,
} from '../../contracts/messages.js';

/** Tells the stream workflow what its capture does, in order, however often Temporal has to be asked. */
export interface Reporter {
  report(report: CaptureReport): void;
  idle(): Promise<void>;
  /** In the place of a segment workflow that was terminated and cannot tell its stream itself. */
  tellLost(end: CaptureEnd): Promise<void>;
}

interface ReporterStart {
  client: Pick<Client, 'workflow'>;
  session: SessionRef;
  epoch: number;
  /** The stream does not exist any more, so its capture has no business. */
  onUnknown(): void;
}

const RETRY = { retries: 20, maxTimeout: 10_000, randomize: true } as const;

export function createReporter({ client, session, epoch, onUnknown }: ReporterStart): Reporter {
  // By workflow id alone: the stream may have continued as new since the capture began.
  const stream = client.workflow.getHandle(streamWorkflowId(session));
  let sending: Promise<void> = Promise.resolve();
  return {
    report(report) {
      sending = sending.then(() => pRetry(() => signal(captureReportedSignal, report), RETRY)).catch(onUnknown);
    },
    idle: () => sending,
    tellLost: (end) => pRetry(() => signal(segmentEndedSignal, { epoch, end }), RETRY).catch(onUnknown),
  };

  async function signal<Message>(definition: SignalDefinition<[Message]>, message: Message): Promise<void> {
    try {
      await stream.signal(definition, message);
    } catch (error) {
      throw error instanceof WorkflowNotFoundError ? new AbortError(error) : error;
    }
  }
}

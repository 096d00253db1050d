import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { CaptureReport, OfSession, SegmentEnded } from '../../contracts/messages.js';
import { createCounter, type Counter } from './capture/switchable.js';

export interface FakeStreams {
  client: Pick<Client, 'workflow'>;
  reports: OfSession<CaptureReport>[];
  ends: OfSession<SegmentEnded>[];
  /** Counts what came. */
  signals: Counter;
  /** Whether the segment was relieved by another. */
  hasRelieved: boolean;
  /** Temporal cannot be reached. */
  isAway: boolean;
  /** Terminates the stream workflow: nobody takes signals any more. */
  terminate(): void;
}

/** Takes the signals of captures in the place of stream workflows. */
export function fakeStreams(): FakeStreams {
  const reports: FakeStreams['reports'] = [];
  const ends: FakeStreams['ends'] = [];
  const signals = createCounter();
  let isGone = false;
  const signal = (workflowId: string, { name }: { name: string }, message: unknown): Promise<void> => {
    if (streams.isAway) return Promise.reject(new Error('14 UNAVAILABLE'));
    if (isGone) return Promise.reject(new WorkflowNotFoundError('workflow not found', workflowId, undefined));
    if (name === 'segmentEnded') ends.push(message as OfSession<SegmentEnded>);
    else reports.push(message as OfSession<CaptureReport>);
    signals.add();
    return Promise.resolve();
  };
  const getHandle = (workflowId: string) => ({
    signal: (definition: { name: string }, message: unknown) => signal(workflowId, definition, message),
    query: async () => !streams.hasRelieved,
  });
  const streams: FakeStreams = {
    client: { workflow: { getHandle } } as unknown as Pick<Client, 'workflow'>,
    reports,
    ends,
    signals,
    hasRelieved: false,
    isAway: false,
    terminate: () => {
      isGone = true;
    },
  };
  return streams;
}

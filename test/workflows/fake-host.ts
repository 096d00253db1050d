import { CancelledFailure, Context, heartbeat } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { createReporter, type Reporter } from '../../activities/capture/reporter.js';
import type { CaptureActivities, HostActivities } from '../../activities/index.js';
import { fault } from '../../contracts/errors.js';
import type { CaptureEnd, CaptureReport, CaptureSegmentInput, Predecessor } from '../../contracts/messages.js';
import type { Policy } from '../../contracts/stream.js';
import { createCounter, type Counter } from '../activities/capture/switchable.js';

export const FIRST_SLOT_MS = 1_700_000_000_000;
/** The first slot of a successor. */
export const READY_SLOT_MS = FIRST_SLOT_MS + 60_000;

export interface FakeCapture {
  input: CaptureSegmentInput;
  attempt: number;
  /** What it was told when it began as a successor. */
  begun?: Predecessor;
  /** The policies that its host was told, in order. */
  applied: Policy[];
  end(end: Partial<CaptureEnd> & Pick<CaptureEnd, 'reason'>): void;
  fail(error: Error): void;
  report(report: CaptureReport): Promise<void>;
}

export interface FakeHost {
  readonly name: string;
  captures: FakeCapture[];
  /** Counts captures begun. */
  begun: Counter;
  /** What it waits for before it answers a change of policy. */
  beforeAnswer: Promise<void>;
  /** Whether successors get ready, or hang as in a frozen process. */
  isReady: boolean;
  /** Messages of relays in their order: cut or begin, and the epoch. */
  relays: string[];
  activities: CaptureActivities & HostActivities;
}

/** A capture host without ffmpeg: it attaches, says that it captures, and goes on until it is told how to end. */
export function fakeHost(client: Client, name: string, { attaches = true }: { attaches?: boolean } = {}): FakeHost {
  const running = new Map<string, FakeCapture>();
  const begun = createCounter();
  const get = (segmentId: string): FakeCapture => {
    const capture = running.get(segmentId);
    if (!capture) throw fault('capture-not-found', `${segmentId} does not run here`);
    return capture;
  };
  const host: FakeHost = {
    name,
    captures: [],
    begun,
    beforeAnswer: Promise.resolve(),
    relays: [],
    isReady: true,
    activities: {
      captureFrames,
      async applyCapturePolicy({ segmentId, policy }) {
        get(segmentId).applied.push(policy);
        await host.beforeAnswer;
        return { ...policy, fromSlotMs: FIRST_SLOT_MS + policy.revision * 1000 };
      },
      async stopCapture({ segmentId }) {
        get(segmentId).end({ reason: 'stopped' });
      },
      async cutCapture({ segmentId, atMs }) {
        const capture = get(segmentId);
        host.relays.push(`cut ${capture.input.epoch}`);
        const { untilMs, timeline } = { ...endOf('handover'), untilMs: atMs };
        capture.end({ reason: 'handover', untilMs });
        return { untilMs, timeline };
      },
      async beginCapture({ segmentId, predecessor, policy }) {
        const capture = get(segmentId);
        host.relays.push(`begin ${capture.input.epoch}`);
        capture.begun = predecessor;
        return { ...policy, fromSlotMs: null };
      },
    },
  };
  return host;

  async function captureFrames(input: CaptureSegmentInput): Promise<CaptureEnd> {
    const { info, cancelled } = Context.current();
    const { epoch, session, policy } = input;
    const reporter = createReporter({
      client,
      session,
      epoch,
      closing: new AbortController().signal,
      onAttempt: () => undefined,
      onUnknown: () => undefined,
    });
    const report = async (said: CaptureReport): Promise<void> => {
      reporter.report(said);
      await reporter.idle();
    };
    const { capture, ended } = createCapture(input, { attempt: info.attempt, report });
    const segmentId = info.workflowExecution?.workflowId ?? '';
    running.set(segmentId, capture);
    host.captures.push(capture);
    const beating = setInterval(heartbeat, 100);
    heartbeat();
    try {
      const who = { epoch, host: name, instance: name, revision: policy.revision };
      if (input.isSuccessor && host.isReady) await report({ kind: 'ready', ...who, firstSlotMs: READY_SLOT_MS });
      else if (attaches && !input.isSuccessor) await report({ kind: 'attached', ...who });
      begun.add();
      if (attaches && !input.isSuccessor)
        await report({ kind: 'capturing', epoch, atMs: Date.now(), firstSlotMs: FIRST_SLOT_MS });
      return await Promise.race([ended, cancelled]);
    } catch (error) {
      if (!(error instanceof CancelledFailure)) throw error;
      await tellLost(reporter);
      throw new CancelledFailure(error.message, [endOf('stopped')]);
    } finally {
      clearInterval(beating);
      running.delete(segmentId);
    }
  }
}

function createCapture(
  input: CaptureSegmentInput,
  { attempt, report }: Pick<FakeCapture, 'attempt' | 'report'>,
): { capture: FakeCapture; ended: Promise<CaptureEnd> } {
  let resolve!: (end: CaptureEnd) => void;
  let reject!: (error: Error) => void;
  const ended = new Promise<CaptureEnd>((...settle) => {
    [resolve, reject] = settle;
  });
  ended.catch(() => undefined); // It may fail before anybody waits for it.
  const capture: FakeCapture = {
    input,
    attempt,
    applied: [],
    report,
    fail: (error) => {
      reject(error);
    },
    end: ({ reason, ...change }) => {
      resolve({ ...endOf(reason), ...change });
    },
  };
  return { capture, ended };
}

const endOf = (reason: CaptureEnd['reason']): CaptureEnd => ({
  reason,
  untilMs: FIRST_SLOT_MS + 9001,
  counts: { due: 9, stored: 9, gaps: 0 },
  timeline: [{ fromMs: FIRST_SLOT_MS, everyMs: 1000, isPaused: false }],
});

async function tellLost(reporter: Reporter): Promise<void> {
  if (Context.current().cancellationDetails?.notFound) await reporter.tellLost(endOf('lost'));
}

import {
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  patched,
  uuid4,
} from '@temporalio/workflow';
import { fault } from '../contracts/errors.js';
import { newSessionId } from '../contracts/ids.js';
import type { EndReason, LedgerCounts } from '../contracts/ledger.js';
import { initialPolicy, parseStreamRequest, type StreamRequest } from '../contracts/stream.js';
import type { InputOf } from '../contracts/workflows.js';
import { announceInOrder } from './kit/announce-in-order.js';
import type { Holder } from './kit/holder.js';
import { isLong, isOverlong } from './kit/is-long.js';
import { registerHandlers } from './live-stream/handlers.js';
import { awaitRetiring, dropSuccessor, relay, replaceSuccessor, startSuccessor } from './live-stream/relay.js';
import { announce, announceEnd, pushPolicy, sealStream, startSegment, stopSegment } from './live-stream/steps.js';
import { showState } from './live-stream/show-state.js';
import { CONTINUE_AFTER_EVENTS, SUCCESSOR_TAKEN_AT_MOST_MS, SUCCESSOR_TAKEN_WITHIN_MS } from './policies.js';
import { isUncaptured, nextAction, withEnding } from './state/stream-machine.js';
import type { StreamMachine } from './state/stream-state.js';

/** What starts a stream; `carried` is the state of the run before, which continued as new. */
export type LiveStreamInput = InputOf<
  'liveStream',
  StreamRequest,
  { carried: StreamMachine; continueAfterEvents: number }
>;

export interface LiveStreamResult {
  sessionId: string;
  reason: EndReason;
  counts: LedgerCounts;
}

/**
 * A live stream from its first picture to the sealed ledger: an entity that owns the wanted policy and the session, and
 * no long activity, so that it continues as new freely. Cancelling it ends the session properly.
 */
export async function liveStream({
  carried,
  continueAfterEvents = CONTINUE_AFTER_EVENTS,
  ...request
}: LiveStreamInput): Promise<LiveStreamResult> {
  const holder: Holder<StreamMachine> = { machine: carried ?? newMachine(request) };
  registerHandlers(holder);
  CancellationScope.current().cancelRequested.catch(() => {
    holder.machine = withEnding(holder.machine, 'cancelled');
  });
  return CancellationScope.nonCancellable(async () => {
    const announcing = announceInOrder(holder, { publish: announce });
    const isDone = await run(holder, continueAfterEvents);
    // What the event log does not take is carried, and published again under its id should this try still reach it.
    if (isDone || holder.machine.announcements.length === 0) await announcing.finish();
    if (isDone) return finish(holder);
    await condition(allHandlersFinished);
    return continueAsNew<typeof liveStream>({ ...request, continueAfterEvents, carried: holder.machine });
  });
}

function newMachine(request: StreamRequest): StreamMachine {
  const settings = parseStreamRequest(request);
  const startedAtMs = Date.now();
  const sessionId = newSessionId(startedAtMs, uuid4());
  return {
    settings,
    sessionId,
    startedAtMs,
    phase: 'waiting',
    policy: initialPolicy(settings),
    epoch: 0,
    retiring: [],
    interruptions: 0,
    announcements: [],
  };
}

/** Carries out what the state asks for until the session is over, or, with false, until the history is long enough. */
async function run(holder: Holder<StreamMachine>, continueAfterEvents: number): Promise<boolean> {
  // An announcement may have to wait for its log, and control must not wait with it; nor may the history grow without end.
  const mayContinue = () =>
    holder.machine.announcements.length === 0
      ? isLong(continueAfterEvents)
      : isOverlong(continueAfterEvents) && patched('carries-announcements');
  for (;;) {
    showState(holder.machine);
    const action = nextAction(holder.machine);
    switch (action.kind) {
      case 'start-segment':
        await startSegment(holder);
        break;
      case 'start-successor':
        await startSuccessor(holder);
        break;
      case 'relay':
        await relay(holder);
        break;
      case 'drop-successor':
        await dropSuccessor(holder);
        break;
      case 'await-retiring':
        await awaitRetiring(holder);
        break;
      case 'push-policy':
        // A storm of signals leaves no other moment; the next run pushes, but who waits for an answer waits in this one.
        if (mayContinue() && allHandlersFinished()) return false;
        await pushPolicy(holder, action.host);
        break;
      case 'stop-segment':
        await stopSegment(holder);
        break;
      case 'finish':
        return true;
      case 'wait': {
        if (mayContinue()) return false;
        await waitForNews(holder);
      }
    }
  }
}

async function waitForNews(holder: Holder<StreamMachine>): Promise<void> {
  const seen = holder.machine;
  const isNews = () => holder.machine !== seen;
  if (!isUncaptured(seen)) return condition(isNews);
  const patienceMs = SUCCESSOR_TAKEN_WITHIN_MS * 2 ** (seen.successor?.tries ?? 0);
  if (await condition(isNews, Math.min(patienceMs, SUCCESSOR_TAKEN_AT_MOST_MS))) return;
  await replaceSuccessor(holder);
}

async function finish(holder: Holder<StreamMachine>): Promise<LiveStreamResult> {
  const { ending: reason = 'stopped', sessionId, problem, firstSlotMs } = holder.machine;
  const counts = await sealStream(holder, reason);
  if (firstSlotMs !== undefined) await announceEnd(holder, { reason, counts });
  holder.machine = { ...holder.machine, phase: 'ended' };
  showState(holder.machine);
  if (reason === 'failed') throw fault(problem?.code ?? 'source-failed', problem?.message ?? 'capture failed', problem);
  if (reason === 'cancelled')
    throw new CancelledFailure(`stream ended on request: ${counts.stored} of ${counts.due} slots stored`, [counts]);
  return { sessionId, reason, counts };
}

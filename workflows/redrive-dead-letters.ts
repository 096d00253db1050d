import {
  ActivityFailure,
  CancelledFailure,
  continueAsNew,
  isCancellation,
  log,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { DeadLetterActivities, SpooledLetterActivities } from '../activities/index.js';
import { problemOf } from '../contracts/errors.js';
import { redriveStateQuery } from '../contracts/messages.js';
import { hostQueue } from '../contracts/queues.js';
import {
  addTally,
  NO_TALLY,
  parseRedriveRequest,
  type RedriveRequest,
  type RedriveState,
  type RedriveStretch,
  type StretchResult,
} from '../contracts/redrive.js';
import type { InputOf } from '../contracts/workflows.js';
import { cancelledDetails } from './kit/cancelled-details.js';
import { isLong } from './kit/is-long.js';
import { CONTINUE_AFTER_EVENTS, HOST_REDRIVE, LETTERS_IN_STRETCH, REDRIVE } from './policies.js';

/** `carried` is the account of the run before, which continued as new. */
export type RedriveInput = InputOf<
  'redriveDeadLetters',
  RedriveRequest,
  { carried: RedriveState; lettersInStretch: number; continueAfterEvents: number }
>;

/**
 * Sends dead letters again that were open when it began: those whose bytes travel in them first, then those of each host
 * that has them. Letters that fail are recorded anew and not tried twice. It may be cancelled and started again at any
 * time, since all that is done is in the store, in the log, and in the topic of dead letters.
 */
export async function redriveDeadLetters({
  carried,
  lettersInStretch = LETTERS_IN_STRETCH,
  continueAfterEvents = CONTINUE_AFTER_EVENTS,
  ...request
}: RedriveInput = {}): Promise<RedriveState> {
  const { maxRedrives, ...filter } = parseRedriveRequest(request);
  const beforeMs = filter.beforeMs ?? carried?.beforeMs ?? Date.now();
  const state: RedriveState = carried ?? { beforeMs, tally: NO_TALLY, left: 0, parked: 0, waitingFor: {} };
  const stretch: RedriveStretch = { ...filter, beforeMs, maxRedrives, limit: lettersInStretch };
  setHandler(redriveStateQuery, () => state, { description: 'Letters sent again, left, parked and out of reach' });
  show(state);
  const { redriveLetters } = proxyActivities<DeadLetterActivities>({ ...REDRIVE, summary: 'letters with their bytes' });
  try {
    let hosts: string[];
    do {
      const result = await accounted(state, () => redriveLetters(stretch));
      const { left, parked, onHosts, onAbsentHosts } = result;
      Object.assign(state, { left, parked, waitingFor: { ...onAbsentHosts, ...onHosts } });
      hosts = Object.keys(onHosts).sort();
      show(state);
      if (state.left > 0 && isLong(continueAfterEvents)) {
        const next = { ...request, lettersInStretch, continueAfterEvents, carried: state };
        return await continueAsNew<typeof redriveDeadLetters>(next);
      }
    } while (state.left > 0);
    await redriveOnHosts(state, { hosts, stretch });
    return state;
  } catch (error) {
    if (!isCancellation(error)) throw error;
    throw new CancelledFailure('redrive cancelled on request; what is left stays open', [state]);
  }
}

/** All hosts at once, and each to its end: one that is away must not hold up the others. */
async function redriveOnHosts(
  state: RedriveState,
  { hosts, stretch }: { hosts: readonly string[]; stretch: RedriveStretch },
): Promise<void> {
  const ends = await Promise.allSettled(hosts.map((host) => redriveOnHost(state, { host, stretch })));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function redriveOnHost(
  state: RedriveState,
  { host, stretch }: { host: string; stretch: RedriveStretch },
): Promise<void> {
  const { redriveSpooledLetters } = proxyActivities<SpooledLetterActivities>({
    ...HOST_REDRIVE,
    taskQueue: hostQueue('capture', host),
    summary: `letters that host ${host} has`,
  });
  try {
    for (let left = Infinity; left > 0; show(state)) {
      ({ left } = await accounted(state, () => redriveSpooledLetters(stretch)));
      const { [host]: _, ...others } = state.waitingFor;
      state.waitingFor = left > 0 ? { ...others, [host]: left } : others;
    }
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error) || problemOf(error)) throw error;
    log.warn('capture host does not answer', { host, error: String(error.cause) });
  }
}

/** Adds what a stretch did to the account, even where it was cancelled in the middle. */
async function accounted(state: RedriveState, run: () => Promise<StretchResult>): Promise<StretchResult> {
  try {
    const result = await run();
    state.tally = addTally(state.tally, result.tally);
    return result;
  } catch (error) {
    const done = isCancellation(error) ? cancelledDetails<StretchResult>(error) : undefined;
    if (done) Object.assign(state, { tally: addTally(state.tally, done.tally), left: done.left });
    throw error;
  }
}

function show({ beforeMs, tally, left, parked, waitingFor }: RedriveState): void {
  const { stored, alreadyStored, restarted, failed } = tally;
  const hosts = Object.entries(waitingFor).map(([host, count]) => `- ${count} wait for host ${host}`);
  setCurrentDetails(
    [
      `**${stored} stored**, ${alreadyStored} were stored already, ${restarted} tasks started again, ${failed} failed again, ${left} left`,
      `- letters that died before ${new Date(beforeMs).toISOString()}`,
      `- ${parked} parked: sent again too often`,
      ...hosts,
    ].join('\n'),
  );
}

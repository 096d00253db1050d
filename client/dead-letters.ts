import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { fault } from '../contracts/errors.js';
import { TOPICS } from '../contracts/events.js';
import { filterOfId } from '../contracts/letter-kinds.js';
import { redriveStateQuery } from '../contracts/messages.js';
import { createOpenLetters, type LetterHead } from '../contracts/open-letters.js';
import {
  filterKey,
  isParked,
  isWanted,
  parseLetterFilter,
  parseRedriveRequest,
  redriveIdOf,
  type LetterFilter,
  type RedriveRequest,
  type RedriveState,
} from '../contracts/redrive.js';
import { WORKFLOWS } from '../contracts/workflows.js';
import type { redriveDeadLetters as redriveWorkflow } from '../workflows/redrive-dead-letters.js';
import type { Reelay } from './connect.js';
import { withTemporalFaults } from './temporal-fault.js';

/** A dead letter without the bytes that travel in it. */
export type ListedLetter = LetterHead & {
  /** It was sent again in vain so often that a redrive leaves it alone. */
  isParked: boolean;
};

export interface DeadLetterList {
  letters: ListedLetter[];
  /** Records of the topic that this version cannot read: of a later one, or not of ours. */
  unreadable: number;
}

/** The letters that are open, oldest failure first; reads the whole topic, or the partition of the stream or task. */
export async function listDeadLetters(
  reelay: Reelay,
  { maxRedrives, ...filter }: LetterFilter & { maxRedrives?: number } = {},
): Promise<DeadLetterList> {
  const wanted = parseLetterFilter(filter);
  const open = createOpenLetters();
  const { source } = await reelay.adapters();
  for await (const event of source.read(TOPICS.deadLetters, filterKey(wanted))) open.add(event);
  const letters = open.open().filter((letter) => isWanted(letter, wanted));
  return {
    letters: letters.map((letter) => ({ ...letter, isParked: isParked(letter, maxRedrives) })),
    unreadable: open.unreadable,
  };
}

/** A letter by its id, `dead-letter-not-found` where none of that id is open. */
export async function showDeadLetter(reelay: Reelay, { letterId }: { letterId: string }): Promise<ListedLetter> {
  const filter = filterOfId(letterId);
  const open = filter ? (await listDeadLetters(reelay, filter)).letters : [];
  const found = open.find((letter) => letter.letterId === letterId);
  if (found) return found;
  throw fault('dead-letter-not-found', `no open dead letter has the id ${JSON.stringify(letterId)}`);
}

export interface StartedRedrive {
  workflowId: string;
  /** False where one with the same limits ran already. */
  isNew: boolean;
  state(): Promise<RedriveState>;
  /** Waits for the end. */
  result(): Promise<RedriveState>;
}

/**
 * Sends dead letters again that are open now, or attaches to the redrive with the same limits that runs. A letter is
 * stored and announced once, however often and by however many redrives it is sent.
 */
export async function redriveDeadLetters(reelay: Reelay, request: RedriveRequest = {}): Promise<StartedRedrive> {
  parseRedriveRequest(request);
  const workflowId = redriveIdOf(request);
  const ask = <Result>(call: () => Promise<Result>) =>
    withTemporalFaults({ what: `redrive "${workflowId}"`, notFound: 'stream-not-found' }, call);
  const isNew = await ask(() => start(reelay, { workflowId, request }));
  const handle: WorkflowHandle<typeof redriveWorkflow> = reelay.temporal.workflow.getHandle(workflowId);
  return {
    workflowId,
    isNew,
    state: () => ask(() => handle.query(redriveStateQuery)),
    result: () => ask(() => handle.result().catch((error: unknown) => cancelledAsFault(error, workflowId))),
  };
}

function cancelledAsFault(error: unknown, workflowId: string): never {
  if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof CancelledFailure)) throw error;
  throw fault('redrive-cancelled', `redrive "${workflowId}" was cancelled; what is left stays open`, { cause: error });
}

async function start(
  { temporal }: Reelay,
  { workflowId, request }: { workflowId: string; request: RedriveRequest },
): Promise<boolean> {
  try {
    await temporal.workflow.start<typeof redriveWorkflow>(WORKFLOWS.redriveDeadLetters.type, {
      workflowId,
      taskQueue: WORKFLOWS.redriveDeadLetters.taskQueue,
      args: [request],
      staticSummary: 'redrive of dead letters',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

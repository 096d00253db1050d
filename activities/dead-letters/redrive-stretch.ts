import PQueue from 'p-queue';
import pRetry from 'p-retry';
import {
  deadLetterClosedEvent,
  deadLetterEvent,
  type DeadLetter,
  type DeadLetterClosed,
} from '../../contracts/dead-letter.js';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { TOPICS } from '../../contracts/events.js';
import { dispositionOf } from '../../contracts/letter-fields.js';
import { letterKey } from '../../contracts/letter-kinds.js';
import { isRetryable } from '../../contracts/patience.js';
import type { LetterHead } from '../../contracts/open-letters.js';
import {
  addTally,
  isParked,
  NO_TALLY,
  sentOf,
  type RedriveStretch,
  type RedriveTally,
  type StretchResult,
} from '../../contracts/redrive.js';
import { openLetters, wholeLetters, type Finding } from './find-letters.js';
import type { LetterPlace, RedriveDeps, Sending } from './kinds/letter-work.js';
import { hostOf, KINDS_OF_WORK, workOn } from './letter-kinds.js';

interface Running {
  /** Stops between letters. */
  signal: AbortSignal;
  onProgress(tally: RedriveTally): void;
}

const AT_ONCE = 8;
const STRETCH_MS = 120_000;
/** The next stretch reads the topic again: what has taken long to read is worth as many times of sending. */
const SENDING_PER_READING = 4;
const RETRY = { retries: 2, minTimeout: 200, randomize: true } as const;

/**
 * Works off the oldest letters of a place that are due, up to a number and a time. A letter whose frame is stored and
 * announced is closed; one that fails is recorded anew with a failure after the cut-off, so that no stretch of the same
 * redrive takes it again. Where the store is down as a whole it fails, and no letter pays for it. Whatever was done
 * before a crash is found done: the topic is the only memory.
 */
export async function redriveStretch(
  deps: RedriveDeps,
  { place, stretch, running }: { place: LetterPlace; stretch: RedriveStretch; running: Running },
): Promise<StretchResult> {
  const { limit, maxRedrives, ...filter } = stretch;
  let tally = NO_TALLY;
  const beat = (): void => {
    running.onProgress(tally);
  };
  const finding = { source: deps.source, onRead: beat };
  const readFromMs = performance.now();
  const open = await openLetters(finding, filter);
  const sendForMs = Math.max(STRETCH_MS, SENDING_PER_READING * (performance.now() - readFromMs));
  const live = open.filter((letter) => !isParked(letter, maxRedrives));
  const due = live.filter((letter) => place.holds(letter));
  const heads = due.slice(0, limit);
  const announced = await announcedLetters(deps, { heads, finding });
  await sendAll(wholeLetters(finding, { heads, filter }), {
    signal: running.signal,
    sendForMs,
    async send(letter) {
      const isAnnounced = announced.has(letter.letterId);
      const outcome = await settle(letter, { ...deps, place, stretch, isAnnounced, onFailedAttempt: beat });
      tally = addTally(tally, { ...NO_TALLY, [outcome]: 1 });
      beat();
    },
  });
  return { tally, left: due.length - sentOf(tally), parked: open.length - live.length, onHosts: byHost(live) };
}

/** A few at a time, and only those few in memory; begins no more once one fails, time is up or it is stopped. */
async function sendAll(
  letters: AsyncIterable<DeadLetter>,
  { signal, sendForMs, send }: { signal: AbortSignal; sendForMs: number; send(letter: DeadLetter): Promise<void> },
): Promise<void> {
  const endsAtMs = performance.now() + sendForMs;
  const queue = new PQueue({ concurrency: AT_ONCE });
  const failing = new AbortController();
  try {
    for await (const letter of letters) {
      await queue.onSizeLessThan(1);
      if (failing.signal.aborted || signal.aborted || performance.now() > endsAtMs) break;
      void queue
        .add(() => send(letter))
        .catch((error: unknown) => {
          failing.abort(error);
        });
    }
  } finally {
    await queue.onIdle();
  }
  failing.signal.throwIfAborted();
}

/** Those of any kind that are where they belong, and announced. */
async function announcedLetters(
  deps: RedriveDeps,
  { heads, finding }: { heads: readonly LetterHead[]; finding: Finding },
): Promise<Set<string>> {
  const announced = new Set<string>();
  for (const kind of KINDS_OF_WORK) {
    const ofKind = heads.filter((head) => head.kind === kind);
    for (const letterId of (await workOn(kind).announced?.(deps, { heads: ofKind, finding })) ?? [])
      announced.add(letterId);
  }
  return announced;
}

interface Settling extends Sending {
  stretch: RedriveStretch;
  onFailedAttempt(): void;
}

async function settle(letter: DeadLetter, settling: Settling): Promise<keyof RedriveTally> {
  const { events, place, stretch, onFailedAttempt } = settling;
  const work = workOn(letter.kind);
  const redrives = letter.redrives + 1;
  const key = letterKey(letter);
  try {
    const send = () => work.send(letter, settling);
    const outcome = await pRetry(send, { ...RETRY, shouldRetry: ({ error }) => isRetryable(error), onFailedAttempt });
    await place.release(letter.letterId);
    // As a redrive that fails at the same moment would count it, so that the one that succeeds has the last word.
    const closed: DeadLetterClosed = { letterId: letter.letterId, outcome, redrives, atMs: Date.now() };
    await events.publish(TOPICS.deadLetters, { key, event: deadLetterClosedEvent(letter, closed) });
    return outcome === 'already-stored' ? 'alreadyStored' : outcome;
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    // The store is down as a whole where this fails too.
    await work.probe?.(letter, settling);
    const again = diedAgain(letter, { problem, redrives, beforeMs: stretch.beforeMs });
    await events.publish(TOPICS.deadLetters, { key, event: deadLetterEvent(again) });
    return 'failed';
  }
}

function diedAgain(
  letter: DeadLetter,
  { problem, redrives, beforeMs }: { problem: Problem; redrives: number; beforeMs: number },
): DeadLetter {
  return {
    ...letter,
    redrives,
    code: problem.code,
    message: problem.message,
    disposition: dispositionOf(problem.code),
    attempts: letter.attempts + 1,
    // Clocks of hosts differ, and a letter of this redrive must lie past its cut-off.
    lastFailedAtMs: Math.max(Date.now(), beforeMs),
    ...workOn(letter.kind).afterFailure?.(problem),
  } as DeadLetter;
}

function byHost(letters: readonly LetterHead[]): Record<string, number> {
  const hosts: Record<string, number> = {};
  for (const host of letters.map(hostOf)) if (host !== undefined) hosts[host] = (hosts[host] ?? 0) + 1;
  return hosts;
}

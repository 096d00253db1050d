import PQueue from 'p-queue';
import pRetry from 'p-retry';
import type { EventSink, EventSource } from '../../adapters/event-log/event-log.js';
import {
  deadLetterClosedEvent,
  deadLetterEvent,
  letterKey,
  type DeadLetter,
  type DeadLetterClosed,
  type FrameLetter,
  type TaskLetter,
} from '../../contracts/dead-letter.js';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { TOPICS } from '../../contracts/events.js';
import { isRetryable } from '../../contracts/patience.js';
import type { FrameHead, LetterHead } from '../../contracts/open-letters.js';
import {
  isParked,
  NO_TALLY,
  type RedriveStretch,
  type RedriveTally,
  type StretchResult,
} from '../../contracts/redrive.js';
import { announcedAmong, openLetters, wholeLetters, type Finding } from './find-letters.js';
import { dispositionOf } from './disposition-of.js';
import { findFrame, redriveLetter, type Stores } from './redrive-letter.js';

export interface RedriveDeps {
  stores: Stores;
  events: EventSink;
  source: EventSource;
  /** Starts the task of a letter again, unless somebody has. */
  restartTask(letter: TaskLetter): Promise<void>;
}

/** Where the letters of a stretch have their bytes. */
export interface LetterPlace {
  holds(letter: LetterHead): boolean;
  bytes(letter: FrameLetter): Promise<readonly Buffer[] | undefined>;
  /** The frame is stored and announced; its bytes are needed no more. */
  release(letterId: string): Promise<void>;
}

interface Running {
  /** Stops between letters. */
  signal: AbortSignal;
  onProgress(tally: RedriveTally): void;
}

const AT_ONCE = 8;
const STRETCH_MS = 120_000;
const RETRY = { retries: 2, minTimeout: 200, randomize: true } as const;
/** Where the log is long, an event that was there is published once more under its id rather than looked for. */
const LOOK_FOR_MS = 10_000;

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
  const open = await openLetters(finding, filter);
  const live = open.filter((letter) => !isParked(letter, maxRedrives));
  const due = live.filter((letter) => place.holds(letter));
  const heads = due.slice(0, limit);
  const announced = await announcedLetters(deps, { heads: heads.filter(isOfFrame), finding });
  await sendAll(wholeLetters(finding, { heads, filter }), {
    signal: running.signal,
    async send(letter) {
      const isAnnounced = announced.has(letter.letterId);
      const outcome = await settle(letter, { ...deps, place, stretch, isAnnounced, onFailedAttempt: beat });
      tally = { ...tally, [outcome]: tally[outcome] + 1 };
      beat();
    },
  });
  const done = tally.stored + tally.alreadyStored + tally.restarted + tally.failed;
  return { tally, left: due.length - done, parked: open.length - live.length, onHosts: byHost(live) };
}

/** A few at a time, and only those few in memory; begins no more once one fails, time is up or it is stopped. */
async function sendAll(
  letters: AsyncIterable<DeadLetter>,
  { signal, send }: { signal: AbortSignal; send(letter: DeadLetter): Promise<void> },
): Promise<void> {
  const endsAtMs = performance.now() + STRETCH_MS;
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

/** Those whose frame is stored already and whose event was found. */
async function announcedLetters(
  { stores }: RedriveDeps,
  { heads, finding }: { heads: readonly FrameHead[]; finding: Finding },
): Promise<Set<string>> {
  const stored = new Map<string, FrameHead[]>();
  const queue = new PQueue({ concurrency: AT_ONCE });
  await queue.addAll(
    heads.map((head) => async () => {
      finding.onRead();
      if (!(await findFrame(stores, head.frame))) return;
      const { tenant, streamId } = head.frame.session;
      const stream = `${tenant}/${streamId}`;
      stored.set(stream, [...(stored.get(stream) ?? []), head]);
    }),
  );
  const signal = AbortSignal.timeout(LOOK_FOR_MS);
  const announced = new Set<string>();
  for (const letters of stored.values())
    for (const letterId of await announcedAmong(finding, { letters, signal })) announced.add(letterId);
  return announced;
}

interface Settling extends RedriveDeps {
  place: LetterPlace;
  stretch: RedriveStretch;
  isAnnounced: boolean;
  onFailedAttempt(): void;
}

async function settle(letter: DeadLetter, settling: Settling): Promise<keyof RedriveTally> {
  const { stores, events, place, stretch, onFailedAttempt } = settling;
  const redrives = letter.redrives + 1;
  const key = letterKey(letter);
  try {
    const send = () => (letter.kind === 'frame' ? sendFrame(letter, settling) : sendTask(letter, settling));
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
    if (letter.kind === 'frame') await stores[0].head(letter.frame.images[0]?.key ?? letter.letterId);
    const again = diedAgain(letter, { problem, redrives, beforeMs: stretch.beforeMs });
    await events.publish(TOPICS.deadLetters, { key, event: deadLetterEvent(again) });
    return 'failed';
  }
}

const sendFrame = (letter: FrameLetter, { stores, events, isAnnounced, place }: Settling) =>
  redriveLetter(letter, { stores, events, isAnnounced, bytes: () => place.bytes(letter) });

async function sendTask(letter: TaskLetter, { restartTask }: Settling): Promise<'restarted'> {
  await restartTask(letter);
  return 'restarted';
}

function diedAgain(
  letter: DeadLetter,
  { problem, redrives, beforeMs }: { problem: Problem; redrives: number; beforeMs: number },
): DeadLetter {
  const again = {
    ...{ redrives, code: problem.code, message: problem.message, disposition: dispositionOf(problem.code) },
    attempts: letter.attempts + 1,
    // Clocks of hosts differ, and a letter of this redrive must lie past its cut-off.
    lastFailedAtMs: Math.max(Date.now(), beforeMs),
  };
  if (letter.kind === 'transcode') return { ...letter, ...again };
  return { ...letter, ...again, stage: problem.code.startsWith('event') ? 'events' : 'store' };
}

const isOfFrame = (letter: LetterHead): letter is FrameHead => letter.kind === 'frame';

function byHost(letters: readonly LetterHead[]): Record<string, number> {
  const hosts: Record<string, number> = {};
  for (const { content, host } of letters.filter(isOfFrame))
    if (content.at === 'spool') hosts[host] = (hosts[host] ?? 0) + 1;
  return hosts;
}

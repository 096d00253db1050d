import { setTimeout as sleep } from 'node:timers/promises';
import PQueue from 'p-queue';
import { deadLetterEvent } from '../../contracts/dead-letter.js';
import { TOPICS } from '../../contracts/events.js';
import type { FrameLetter } from '../../contracts/frame-letter.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { Breaker } from '../delivery/breaker.js';
import { failureKindOf } from '../delivery/failure-kind.js';
import type { DeadFolder } from './dead-folder.js';
import { withBytes } from './letter-of.js';

export interface LetterSender {
  /** There is a letter at the path. */
  send(path: string): void;
  /** Resolves when nothing is under way any more, once `closing` has aborted. */
  ended: Promise<void>;
}

interface SenderStart {
  dead: DeadFolder;
  events: EventSink;
  breaker: Breaker;
  closing: AbortSignal;
  onProblem(error: unknown): void;
  /** For letters that the event log refused: they wait in the folder meanwhile. */
  againAfterMs?: number;
}

const AGAIN_AFTER_MS = 15_000;
const AT_ONCE = 8;
/** More than these are found again in the folder. */
const MOST_IN_MEMORY = 1000;

/** Sends what the dead folder holds, now and from then on, however long the event log does not take it. */
export function startLetterSender(start: SenderStart): LetterSender {
  const { dead, closing, onProblem, againAfterMs = AGAIN_AFTER_MS } = start;
  const fresh: string[] = [];
  const queue = new PQueue({ concurrency: AT_ONCE });
  let hasMore = true;
  let wake = (): void => undefined;
  closing.addEventListener('abort', () => wake(), { once: true });
  const ended = run()
    .catch((error: unknown) => {
      if (!closing.aborted) onProblem(error);
    })
    .then(() => queue.onIdle());

  return {
    ended,
    send(path) {
      if (fresh.length < MOST_IN_MEMORY) fresh.push(path);
      else hasMore = true;
      wake();
    },
  };

  async function run(): Promise<void> {
    while (!closing.aborted) {
      const paths = hasMore ? dead.waiting() : fresh.splice(0);
      if (hasMore) fresh.length = 0;
      hasMore = false;
      for await (const path of paths) {
        await queue.onSizeLessThan(AT_ONCE);
        if (closing.aborted || hasMore) break;
        void queue.add(() => sendOne(path)).catch(noteFailure);
      }
      await queue.onIdle();
      if (hasMore) await sleep(againAfterMs, undefined, { signal: closing });
      else if (fresh.length === 0) await news();
    }
  }

  function noteFailure(error: unknown): void {
    hasMore = true;
    if (!closing.aborted) onProblem(error);
  }

  async function sendOne(path: string): Promise<void> {
    const letter = await dead.open(path);
    if (!letter) return;
    const images = letter.content.at === 'spool' ? await dead.read(letter.letterId) : undefined;
    const sent = await publish(withBytes(letter, images)).catch((error: unknown) => {
      // A topic that takes no record of this size takes one that points here.
      if (failureKindOf(error) === 'poison' && images) return publish(letter);
      throw error;
    });
    await dead.sent(letter, { keepsBytes: sent.content.at === 'spool' });
  }

  async function publish(letter: FrameLetter): Promise<FrameLetter> {
    const record = { key: letter.frame.session.streamId, event: deadLetterEvent(letter) };
    const publishing = () => start.events.publish(TOPICS.deadLetters, record);
    const passage = await start.breaker.pass(publishing, { signal: closing, leaveInMs: Infinity });
    if (passage.kind !== 'passed') throw passage.failure;
    return letter;
  }

  async function news(): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (closing.aborted) resolve();
    });
  }
}

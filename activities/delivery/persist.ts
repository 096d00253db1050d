import { setTimeout as sleep } from 'node:timers/promises';
import { problemOf } from '../../contracts/errors.js';
import type { GivenUp } from '../dead-letters/letter-of.js';
import type { Passage, Wait } from './breaker.js';
import { failureKindOf, pauseAfter } from './failure-kind.js';
import type { Parcel } from './parcel.js';

interface Persistence<T> {
  stage: 'store' | 'events';
  pass(wait: Wait): Promise<Passage<T>>;
  closing: AbortSignal;
  onProblem(error: unknown): void;
}

export type Persisted<T> = { kind: 'done'; value: T } | { kind: 'given-up'; givenUp: GivenUp };

/**
 * Repeats one stage of a delivery until it is done or there is no sense in going on: the frame itself is refused, its
 * destination has said often enough that it will not, or it has become too old. Rejects only when the worker closes.
 */
export async function persist<T>(
  parcel: Parcel,
  { stage, pass, closing, onProblem }: Persistence<T>,
): Promise<Persisted<T>> {
  for (;;) {
    const leaveInMs = parcel.expiresAtMs - performance.now();
    const passage = await pass({ signal: closing, leaveInMs: Math.max(0, leaveInMs) });
    if (passage.kind === 'passed') return { kind: 'done', value: passage.value };
    closing.throwIfAborted();
    const { failure } = passage;
    parcel.firstFailedAtMs ??= Date.now();
    if (passage.kind === 'refused') return giveUp('rejected', failure);
    const isExpired = performance.now() >= parcel.expiresAtMs;
    if (passage.kind === 'failed') {
      parcel.attempts += 1;
      parcel.onAttempt();
      onProblem(failure);
      const kind = failureKindOf(failure);
      if (kind === 'poison') return giveUp('poison', failure);
      if (passage.isFinal) return giveUp('rejected', failure);
      if (!isExpired) await sleep(pauseAfter(parcel.attempts, Math.random()), undefined, { signal: closing });
    }
    if (isExpired) return giveUp('exhausted', failure);
  }

  function giveUp(disposition: GivenUp['disposition'], failure: unknown): Persisted<T> {
    const { attempts, firstFailedAtMs = Date.now(), storedIn } = parcel;
    return {
      kind: 'given-up',
      givenUp: {
        ...({ disposition, failure, attempts, firstFailedAtMs, stage: isOfSpool(failure) ? 'spool' : stage } as const),
        ...(storedIn ? { storedIn } : {}),
      },
    };
  }
}

/** A spool file that cannot be read fails while it is being stored, and is no fault of the store. */
const isOfSpool = (failure: unknown): boolean => problemOf(failure)?.code.startsWith('spool-') === true;

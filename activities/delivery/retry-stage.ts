import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../../contracts/defined.js';
import { problemOf } from '../../contracts/errors.js';
import type { Passage, Wait } from './breaker.js';
import type { GivenUp } from './cemetery.js';
import type { OnProblem } from './delivery-news.js';
import { failureKindOf, pauseAfter } from './failure-kind.js';
import type { Parcel } from './parcel.js';

interface Retry<T> {
  stage: 'store' | 'events';
  /** One passage of the stage; it waits no longer than it is told. */
  pass(wait: Wait): Promise<Passage<T>>;
  closing: AbortSignal;
  onProblem: OnProblem;
}

export type StageEnd<T> = { kind: 'done'; value: T } | { kind: 'given-up'; givenUp: GivenUp };

/**
 * Repeats one stage of a delivery until it is done or there is no sense in going on: the frame itself is refused, its
 * destination has said often enough that it will not, or it has become too old. Rejects only when the worker closes.
 */
export async function retryStage<T>(
  parcel: Parcel,
  { stage, pass, closing, onProblem }: Retry<T>,
): Promise<StageEnd<T>> {
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
      onProblem(failure, parcel.frame);
      const kind = failureKindOf(failure);
      if (kind === 'poison') return giveUp('poison', failure);
      if (passage.isFinal) return giveUp('rejected', failure);
      if (!isExpired) await sleep(pauseAfter(parcel.attempts, Math.random()), undefined, { signal: closing });
    }
    if (isExpired) return giveUp('exhausted', failure);
  }

  function giveUp(disposition: GivenUp['disposition'], failure: unknown): StageEnd<T> {
    const { attempts, firstFailedAtMs = Date.now(), storedIn } = parcel;
    const givenUp: GivenUp = {
      disposition,
      stage: isOfSpool(failure) ? 'spool' : stage,
      failure,
      attempts,
      firstFailedAtMs,
      ...defined({ storedIn }),
    };
    return { kind: 'given-up', givenUp };
  }
}

/** A spool file that cannot be read fails while it is being stored, and is no fault of the store. */
const isOfSpool = (failure: unknown): boolean => problemOf(failure)?.code.startsWith('spool-') === true;

import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { Topic } from '../../contracts/events.js';
import type { Breaker, Passage } from './breaker.js';

/**
 * The same store for those who are not frames: their puts wait while it is down and become one of its probes, and are
 * refused at once where it has said often enough that it will not. So they add nothing to an outage.
 */
export const guardedStore = (store: ObjectStore, { breaker, closing }: Guard): ObjectStore => ({
  ...store,
  put: (key, body, options) =>
    through(breaker, { closing, work: () => store.put(key, body, options), signal: options.signal }),
});

/** The same event log; each topic has a breaker of its own, since one may be missing where another is not. */
export const guardedSink = (
  events: EventSink,
  { breakerOf, closing }: Pick<Guard, 'closing'> & { breakerOf(topic: Topic): Breaker },
): EventSink => ({
  ...events,
  publish: (topic, record) =>
    through(breakerOf(topic), { closing, work: () => events.publish(topic, record), signal: undefined }),
});

interface Guard {
  breaker: Breaker;
  closing: AbortSignal;
}

async function through<T>(
  breaker: Breaker,
  { work, signal, closing }: { work(): Promise<T>; signal: AbortSignal | undefined; closing: AbortSignal },
): Promise<T> {
  const passage: Passage<T> = await breaker.pass(work, { signal: signal ?? closing, leaveInMs: Infinity });
  if (passage.kind === 'passed') return passage.value;
  throw passage.failure;
}

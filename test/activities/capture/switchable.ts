import type { EventSink } from '../../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import type { Topic } from '../../../contracts/events.js';
import { fault, type ErrorCode } from '../../../contracts/errors.js';

/** Waits until something has been called a number of times. */
export interface Counter {
  readonly count: number;
  reached(count: number): Promise<void>;
}

export interface Switch {
  isDown: boolean;
  /** How it fails while it is down. */
  code: ErrorCode;
  readonly failures: Counter;
}

/** A store whose puts fail while it is switched off; `fails` may limit that to some keys. */
export function switchableStore(store: ObjectStore, fails: (key: string) => boolean = () => true) {
  const failures = createCounter();
  const control: Switch = { isDown: false, code: 'store-unreachable', failures };
  const switched: ObjectStore = {
    ...store,
    async put(key, body, options) {
      options.signal?.throwIfAborted();
      if (!control.isDown || !fails(key)) return store.put(key, body, options);
      failures.add();
      throw fault(control.code, `put ${key}: the store is switched off`);
    },
  };
  return { store: switched, control };
}

/** An event log that acknowledges nothing while it is switched off; with `keeps` it writes all the same. */
export function switchableSink(
  sink: EventSink,
  { keeps = false, fails = () => true }: { keeps?: boolean; fails?: (topic: Topic) => boolean } = {},
) {
  const failures = createCounter();
  const control: Switch = { isDown: false, code: 'events-unreachable', failures };
  const switched: EventSink = {
    ...sink,
    async publish(topic, record) {
      const isDown = control.isDown && fails(topic);
      if (!isDown || keeps) await sink.publish(topic, record);
      if (!isDown) return;
      failures.add();
      throw fault(control.code, `publish to ${topic}: the log is switched off`);
    },
  };
  return { events: switched, control };
}

export function createCounter(): Counter & { add(): void } {
  let count = 0;
  const waiting: { count: number; resolve(): void }[] = [];
  return {
    get count() {
      return count;
    },
    add() {
      count += 1;
      for (const each of waiting) if (count >= each.count) each.resolve();
    },
    reached: (wanted) =>
      new Promise((resolve) => {
        if (count >= wanted) resolve();
        else waiting.push({ count: wanted, resolve });
      }),
  };
}

import type { EventSink } from '../../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { fault } from '../../../contracts/errors.js';

/** Waits until something has been called a number of times. */
export interface Counter {
  readonly count: number;
  reached(count: number): Promise<void>;
}

export interface Switch {
  isDown: boolean;
  readonly failures: Counter;
}

/** A store whose puts fail while it is switched off; `fails` may limit that to some keys. */
export function switchableStore(store: ObjectStore, fails: (key: string) => boolean = () => true) {
  const failures = createCounter();
  const control = { isDown: false, failures };
  const switched: ObjectStore = {
    ...store,
    async put(key, body, options) {
      options.signal?.throwIfAborted();
      if (!control.isDown || !fails(key)) return store.put(key, body, options);
      failures.add();
      throw fault('store-unreachable', `put ${key}: the store is switched off`);
    },
  };
  return { store: switched, control: control as Switch };
}

/** An event log that acknowledges nothing while it is switched off; with `keeps` it writes all the same. */
export function switchableSink(sink: EventSink, { keeps = false }: { keeps?: boolean } = {}) {
  const failures = createCounter();
  const control = { isDown: false, failures };
  const switched: EventSink = {
    ...sink,
    async publish(topic, record) {
      if (!control.isDown || keeps) await sink.publish(topic, record);
      if (!control.isDown) return;
      failures.add();
      throw fault('events-unreachable', `publish to ${topic}: the log is switched off`);
    },
  };
  return { events: switched, control: control as Switch };
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

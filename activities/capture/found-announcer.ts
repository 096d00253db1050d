import { republishFound } from '../frames/republish-found.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { SessionRef } from '../../contracts/keys.js';
import { beatWhile, keepTrying } from './keep-trying.js';

/** Announces the frames that a lost host stored last, beside the capture that took over, however long the log is down. */
export interface FoundAnnouncer {
  announce(slots: readonly number[]): void;
  /** Resolves when all of them are in the event log. */
  idle(): Promise<void>;
}

interface AnnouncerStart {
  store: ObjectStore;
  events: EventSink;
  session: SessionRef;
  closing: AbortSignal;
  onAttempt(): void;
}

export function createFoundAnnouncer({ closing, onAttempt, ...rest }: AnnouncerStart): FoundAnnouncer {
  let announcing: Promise<unknown> = Promise.resolve();
  return {
    announce(slots) {
      if (slots.length === 0) return;
      const republish = () => republishFound({ ...rest, slots, onProgress: onAttempt });
      announcing = Promise.all([announcing, keepTrying(republish, { closing, onAttempt })]);
      announcing.catch(() => undefined); // `idle` awaits it too.
    },
    async idle() {
      await beatWhile(announcing, onAttempt);
    },
  };
}

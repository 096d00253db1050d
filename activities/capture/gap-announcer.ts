import pRetry from 'p-retry';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import { gapEvent, TOPICS } from '../../contracts/events.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { Gap } from '../../contracts/ledger.js';
import { slotCount } from '../../contracts/slots.js';

export interface GapAnnouncer {
  announce(gaps: readonly Gap[]): void;
  /** Resolves when all that was announced is in the event log. */
  idle(): Promise<void>;
}

interface AnnouncerStart {
  events: EventSink;
  session: SessionRef;
  epoch: number;
  closing: AbortSignal;
  onAttempt(): void;
}

/** Publishes each gap as an event, however often the log has to be asked. */
export function createGapAnnouncer({ events, session, epoch, closing, onAttempt }: AnnouncerStart): GapAnnouncer {
  const pending = new Set<Promise<void>>();
  return {
    announce(gaps) {
      for (const gap of gaps) {
        const announcement = publish(gap);
        pending.add(announcement);
        void announcement.finally(() => pending.delete(announcement)).catch(() => undefined); // `idle` awaits it too.
      }
    },
    idle: async () => {
      await Promise.all(pending);
    },
  };

  function publish(gap: Gap): Promise<void> {
    const event = gapEvent({ ...session, epoch, ...gap, count: slotCount(gap) });
    const options = {
      retries: Infinity,
      maxTimeout: 10_000,
      randomize: true,
      signal: closing,
      onFailedAttempt: onAttempt,
    };
    return pRetry(() => events.publish(TOPICS.streams, { key: session.streamId, event }), options);
  }
}

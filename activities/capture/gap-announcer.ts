import type { EventSink } from '../../adapters/event-log/event-log.js';
import { gapEvent, TOPICS } from '../../contracts/events.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { Gap } from '../../contracts/ledger.js';
import { addSlot, slotCount } from '../../contracts/slots.js';
import { beatWhile, keepTrying } from './keep-trying.js';

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

/**
 * Publishes gaps as events, one after the other, however often the log has to be asked. Slots that are missing one after
 * the other for one reason become one event while they wait; what may have been stored already no longer grows.
 */
export function createGapAnnouncer({ events, session, epoch, closing, onAttempt }: AnnouncerStart): GapAnnouncer {
  const waiting: Gap[] = [];
  let announcing: Promise<void> | undefined;
  return {
    announce(gaps) {
      for (const gap of gaps) addSlot(waiting, gap);
      announcing ??= announceAll();
      announcing.catch(() => undefined); // `idle` awaits it too.
    },
    idle: async () => {
      if (announcing) await beatWhile(announcing, onAttempt);
    },
  };

  async function announceAll(): Promise<void> {
    for (let gap = waiting.shift(); gap; gap = waiting.shift()) await publish(gap);
    announcing = undefined;
  }

  function publish(gap: Gap): Promise<void> {
    const event = gapEvent({ ...session, epoch, ...gap, count: slotCount(gap) });
    const send = () => events.publish(TOPICS.streams, { key: session.streamId, event });
    return keepTrying(send, { closing, onAttempt });
  }
}

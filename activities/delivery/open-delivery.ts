import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { TOPICS, type Topic } from '../../contracts/events.js';
import type { LatestEvery } from '../frames/keep-latest.js';
import { createBreaker, type Breaker } from './breaker.js';
import type { BreakerPolicy } from './breaker-state.js';
import type { Cemetery, CemeteryGround } from './cemetery.js';
import { createDelivery, type Delivery } from './deliver-frames.js';
import type { DeliveryNews } from './delivery-news.js';
import { guardedSink, guardedStore } from './guarded.js';
import { openSpool } from './spool.js';
import { BACKUP_AFTER_MS, createStoreRoute, PRIMARY_AGAIN_MS } from './store-route.js';

export interface OpenDelivery<Grave extends Cemetery> {
  delivery: Delivery;
  cemetery: Grave;
  /** The adapters for ledgers, gaps and the like, which wait while their destination is down. */
  store: ObjectStore;
  events: EventSink;
  /** After `closing` has aborted. */
  close(): Promise<void>;
}

export interface DeliveryStart<Grave extends Cemetery> {
  folder: string;
  /** For all that is in the folder. */
  maxBytes: number;
  store: ObjectStore;
  backup?: ObjectStore | undefined;
  latestEveryMs?: LatestEvery | undefined;
  events: EventSink;
  openCemetery(ground: CemeteryGround): Promise<Grave>;
  /** Frames on their way to the store at once, for all streams of the host. */
  concurrency: number;
  /** After which a frame that cannot be delivered is given up. */
  maxAgeMs: number;
  news: DeliveryNews;
  /** Aborts when the worker stops; undelivered frames stay in the spool. */
  closing: AbortSignal;
  /** How long destinations are waited for, where that is not as usual. */
  patience?: Partial<Patience>;
}

export interface Patience {
  breaker: Partial<BreakerPolicy>;
  backupAfterMs: number;
  primaryAgainMs: number;
}

/** Letters may fill so much of the spool; the rest is for frames that can still be delivered. */
const DEAD_SHARE = 0.5;

/** Opens the spool, and delivers what it holds from then on. Fails with `spool-unusable`. */
export async function openDelivery<Grave extends Cemetery>(start: DeliveryStart<Grave>): Promise<OpenDelivery<Grave>> {
  const { folder, maxBytes, store, backup, events, concurrency, maxAgeMs, news, closing } = start;
  const { onProblem } = news;
  const breakers = openBreakers(start);
  const otherBytes = (): number => cemetery.usedBytes;
  const spool = await openSpool({ folder, maxBytes, otherBytes, onProblem });
  const ground = { spool, maxBytes: maxBytes * DEAD_SHARE, breaker: breakers.ofTopic(TOPICS.deadLetters) };
  const cemetery: Grave = await start.openCemetery({ ...ground, events, closing, onProblem });
  const delivery = createDelivery({
    spool,
    store,
    backup,
    latestEveryMs: start.latestEveryMs,
    route: createStoreRoute({
      primary: { store, breaker: breakers.primary },
      backup: backup && { store: backup, breaker: breakers.backup },
      backupAfterMs: start.patience?.backupAfterMs ?? BACKUP_AFTER_MS,
    }),
    events,
    eventsBreaker: breakers.ofTopic(TOPICS.frames),
    cemetery,
    concurrency,
    maxAgeMs,
    closing,
    onProblem,
  });
  delivery.deliverLeftovers().then(
    (count) => {
      news.onLeftovers({ count });
    },
    (error: unknown) => {
      if (!closing.aborted) news.onLeftovers({ error });
    },
  );
  return {
    delivery,
    cemetery,
    store: guardedStore(store, { breaker: breakers.primary, closing }),
    events: guardedSink(events, { breakerOf: breakers.ofTopic, closing }),
    async close() {
      await cemetery.ended;
      await spool.close();
    },
  };
}

function openBreakers({ backup, news, patience = {} }: Pick<DeliveryStart<Cemetery>, 'backup' | 'news' | 'patience'>) {
  const { breaker, backupAfterMs = BACKUP_AFTER_MS, primaryAgainMs = PRIMARY_AGAIN_MS } = patience;
  const open = (name: string, policy: Partial<BreakerPolicy> = {}): Breaker =>
    createBreaker({
      name,
      policy: { ...breaker, ...policy },
      onChange: (isOpen, failure) => {
        if (isOpen) news.onAway(name, failure);
        else news.onBack(name);
      },
    });
  const topics = new Map<Topic, Breaker>();
  const rarely = { afterMs: backupAfterMs, everyMs: primaryAgainMs };
  return {
    primary: open('store', backup ? { rarely } : {}),
    backup: open('backup store'),
    ofTopic(topic: Topic): Breaker {
      const found = topics.get(topic) ?? open(topic);
      topics.set(topic, found);
      return found;
    },
  };
}

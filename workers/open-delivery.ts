import type { Logger } from 'pino';
import { createCemetery } from '../activities/dead-letters/cemetery.js';
import { openDeadFolder, type DeadFolder } from '../activities/dead-letters/dead-folder.js';
import { startLetterSender } from '../activities/dead-letters/send-letters.js';
import { createBreaker, type Breaker } from '../activities/delivery/breaker.js';
import { createDelivery, type Delivery } from '../activities/delivery/deliver-frames.js';
import { guardedSink, guardedStore } from '../activities/delivery/guarded.js';
import { openSpool } from '../activities/delivery/spool.js';
import { BACKUP_AFTER_MS, createStoreRoute, PRIMARY_AGAIN_MS } from '../activities/delivery/store-route.js';
import type { EventSink } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { TOPICS, type Topic } from '../contracts/events.js';
import { problemOf } from '../contracts/errors.js';
import type { Config } from '../runtime/config.js';
import { createCalmLog } from './calm-log.js';
import type { Adapters } from '../runtime/open-adapters.js';

export interface OpenDelivery {
  delivery: Delivery;
  /** For the redrive of letters whose bytes are on this host. */
  dead: DeadFolder;
  /** The adapters for ledgers, gaps and the like, which wait while their destination is down. */
  store: ObjectStore;
  events: EventSink;
  close(): Promise<void>;
}

interface Start {
  config: Pick<Config, 'host' | 'spoolDir' | 'spoolMaxBytes' | 'deliveryConcurrency' | 'deliveryMaxAgeMs'>;
  adapters: Pick<Adapters, 'store' | 'sink' | 'backup'>;
  log: Logger;
  closing: AbortSignal;
}

/** Letters may fill so much of the spool; the rest is for frames that can still be delivered. */
const DEAD_SHARE = 0.5;

/** Opens the spool, and delivers what it holds from then on. Fails with `spool-unusable`. */
export async function openDelivery({ config, adapters, log, closing }: Start): Promise<OpenDelivery> {
  const calm = createCalmLog(log);
  const onProblem = (error: unknown): void => {
    calm.warn(problemOf(error)?.code ?? 'unknown', { error: String(error) });
  };
  const { spoolDir: folder, spoolMaxBytes: maxBytes, host } = config;
  const others = { bytes: () => 0 };
  const spool = await openSpool({ folder, maxBytes, otherBytes: () => others.bytes(), onProblem });
  const dead = await openDeadFolder({ folder, maxBytes: maxBytes * DEAD_SHARE });
  others.bytes = () => dead.usedBytes;
  const breakers = openBreakers(adapters, log);
  const events = guardedSink(adapters.sink, { breakerOf: breakers.ofTopic, closing });
  const letters = { breaker: breakers.ofTopic(TOPICS.deadLetters), events: adapters.sink };
  const sender = startLetterSender({ ...letters, dead, closing, onProblem });
  const delivery = createDelivery({
    ...{ spool, store: adapters.store, backup: adapters.backup, events: adapters.sink, closing },
    route: createStoreRoute({
      primary: { store: adapters.store, breaker: breakers.primary },
      ...(adapters.backup ? { backup: { store: adapters.backup, breaker: breakers.backup } } : {}),
    }),
    eventsBreaker: breakers.ofTopic(TOPICS.frames),
    cemetery: createCemetery({ dead, spool, sender, host, onProblem }),
    concurrency: config.deliveryConcurrency,
    maxAgeMs: config.deliveryMaxAgeMs,
    onProblem,
  });
  drainLeftovers(delivery, { log, closing });
  return {
    ...{ delivery, dead, events },
    store: guardedStore(adapters.store, { breaker: breakers.primary, closing }),
    async close() {
      await sender.ended;
      await spool.close();
    },
  };
}

function openBreakers({ backup }: Pick<Adapters, 'backup'>, log: Logger) {
  const open = (name: string, policy = {}): Breaker =>
    createBreaker({
      name,
      policy,
      onChange: (isOpen, failure) => {
        if (isOpen) log.warn({ destination: name, error: String(failure) }, 'destination is left alone');
        else log.info({ destination: name }, 'destination is back');
      },
    });
  const topics = new Map<Topic, Breaker>();
  const rarely = { afterMs: BACKUP_AFTER_MS, everyMs: PRIMARY_AGAIN_MS };
  return {
    primary: open('store', backup ? { rarely } : {}),
    backup: open('backup store'),
    ofTopic(topic: Topic): Breaker {
      const breaker = topics.get(topic) ?? open(topic);
      topics.set(topic, breaker);
      return breaker;
    },
  };
}

function drainLeftovers(delivery: Delivery, { log, closing }: Pick<Start, 'log' | 'closing'>): void {
  delivery.deliverLeftovers().then(
    (count) => {
      if (count > 0) log.info({ count }, 'delivered what the spool held');
    },
    (error: unknown) => {
      if (!closing.aborted) log.error({ error: String(error) }, 'the spool cannot be drained');
    },
  );
}

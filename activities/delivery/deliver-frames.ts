import { setMaxListeners } from 'node:events';
import { TOPICS } from '../../contracts/events.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { Cemetery } from '../dead-letters/cemetery.js';
import type { GivenUp } from '../dead-letters/letter-of.js';
import { eventOf, type Frame } from '../frames/frame.js';
import { createLatestKeeper } from '../frames/keep-latest.js';
import type { Breaker } from './breaker.js';
import { imagesOf, type Outcome, type Parcel } from './parcel.js';
import { persist } from './persist.js';
import { putFrame, type PutFrameOutcome } from '../frames/put-frame.js';
import { createReception } from './reception.js';
import type { Spool } from './spool.js';
import { createStage } from './stage.js';
import type { StoreRoute } from './store-route.js';

/*
 * spool file -> objects, first writer wins -> event, acknowledged -> slot settled -> spool file removed
 *
 * A crash between two steps repeats them, and each repeats to the same effect, since keys and event ids are made of the
 * slot. Capture never waits for it. Store and event log are stages of their own: frames that wait for one of them keep no
 * place of the other. What waits is a path; bytes are read when a destination is ready for them.
 */
export interface Delivery {
  /**
   * Resolves when the slot is settled: the frame is stored and announced (here, or by the host that was first), shed
   * where there is no room for it, or dead-lettered. Rejects only when the worker closes; the frame stays in the spool.
   */
  deliver(frame: Frame, delivery: { images: readonly Buffer[]; onAttempt(): void }): Promise<Outcome>;
  /** Delivers what an earlier process left behind, as late; resolves with how many that were. */
  deliverLeftovers(): Promise<number>;
}

export interface DeliveryDeps {
  spool: Spool;
  route: StoreRoute;
  /** Not through the breaker: the newest picture is a convenience that nothing waits for. */
  store: ObjectStore;
  backup?: ObjectStore | undefined;
  events: EventSink;
  /** Of the topic of frames. */
  eventsBreaker: Breaker;
  cemetery: Cemetery;
  /** Frames on their way to the store at once, for all streams of the host. */
  concurrency: number;
  /** After which a frame that cannot be delivered is given up. */
  maxAgeMs: number;
  /** Aborts when the worker stops; undelivered frames stay in the spool. */
  closing: AbortSignal;
  onProblem(error: unknown, frame: Frame): void;
}

/** An event is small and an acknowledgement far: more of them are under way than uploads. */
const EVENTS_PER_UPLOAD = 4;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { spool, route, store, backup, events, eventsBreaker, cemetery, concurrency, closing } = deps;
  // Each delivery that waits listens for it.
  setMaxListeners(0, closing);
  const storing = createStage({ atOnce: concurrency, work: settled(storeFrame) });
  const announcing = createStage({ atOnce: concurrency * EVENTS_PER_UPLOAD, work: settled(announceFrame) });
  const latest = createLatestKeeper({ store, closing });
  const reception = createReception({ ...deps, stages: [storing, announcing] });

  return {
    deliver(frame, delivery) {
      latest.expect(frame);
      return reception.take(frame, delivery);
    },
    deliverLeftovers: () => reception.takeLeftovers(),
  };

  /** Whatever goes wrong is told to the parcel, so that no stage stops. */
  function settled(work: (parcel: Parcel) => Promise<void>): (parcel: Parcel) => Promise<void> {
    return (parcel) => work(parcel).catch((error: unknown) => reception.fail(parcel, error));
  }

  async function storeFrame(parcel: Parcel): Promise<void> {
    const { frame } = parcel;
    const stored = await persist(parcel, {
      ...{ stage: 'store', closing, onProblem: (error) => deps.onProblem(error, frame) },
      pass: (wait) => route.pass((to) => put(parcel, to), wait),
    });
    if (stored.kind === 'given-up') return giveUp(parcel, stored.givenUp);
    if (stored.value.value === 'taken') return reception.finish(parcel, 'stored');
    parcel.storedIn = stored.value.isBackup ? 'backup' : 'primary';
    announcing.add(parcel);
  }

  async function announceFrame(parcel: Parcel): Promise<void> {
    const { frame, isLate, attempts, storedIn } = parcel;
    const holder = storedIn === 'backup' ? (backup ?? store) : store;
    const announced = await persist(parcel, {
      ...{ stage: 'events', closing, onProblem: (error) => deps.onProblem(error, frame) },
      pass: (wait) =>
        eventsBreaker.pass(() => {
          const event = eventOf(frame, { attempt: attempts + 1, isLate, url: (key) => holder.url(key) });
          return events.publish(TOPICS.frames, { key: frame.session.streamId, event });
        }, wait),
    });
    if (announced.kind === 'given-up') return giveUp(parcel, announced.givenUp);
    await reception.finish(parcel, 'stored');
  }

  async function put(parcel: Parcel, to: ObjectStore): Promise<PutFrameOutcome> {
    const { frame, isLate } = parcel;
    const images = await imagesOf(parcel, spool);
    const outcome = await putFrame(to, { frame, images, signal: closing });
    if (outcome === 'stored' && images[0] && to === store && !isLate) void latest.keep(frame, images[0]);
    return outcome;
  }

  async function giveUp(parcel: Parcel, givenUp: GivenUp): Promise<void> {
    const isBuried = await cemetery.bury(parcel, givenUp);
    await reception.finish(parcel, isBuried ? 'dead-lettered' : 'shed');
  }
}

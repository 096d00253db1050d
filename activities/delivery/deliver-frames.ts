import { setMaxListeners } from 'node:events';
import { TOPICS } from '../../contracts/events.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { eventOf, type Frame } from '../frames/frame.js';
import { createLatestKeeper, type LatestEvery } from '../frames/keep-latest.js';
import { putFrame } from '../frames/put-frame.js';
import type { Breaker } from './breaker.js';
import type { Cemetery, GivenUp } from './cemetery.js';
import type { OnProblem } from './delivery-news.js';
import { imagesOf, type Outcome, type Parcel } from './parcel.js';
import { createParcels } from './parcels.js';
import { createAdmission } from './admission.js';
import { retryStage } from './retry-stage.js';
import type { Spool } from './spool.js';
import { createWorkQueue } from './work-queue.js';
import type { StoreRoute } from './store-route.js';

/*
 * spool file -> objects, first writer wins -> event, acknowledged -> slot settled -> spool file removed
 *
 * A crash between two steps repeats them, and each repeats to the same effect, since keys and event ids are made of the
 * slot. Capture never waits for it. Store and event log have queues of their own: frames that wait for one of them keep no
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
  /** For each frame unless given: a put beside that of the frame itself. */
  latestEveryMs?: LatestEvery | undefined;
  events: EventSink;
  /** The breaker of the topic of frames. */
  eventsBreaker: Breaker;
  cemetery: Pick<Cemetery, 'bury'>;
  /** Frames on their way to the store at once, for all streams of the host. */
  concurrency: number;
  /** After which a frame that cannot be delivered is given up. */
  maxAgeMs: number;
  /** Aborts when the worker stops; undelivered frames stay in the spool. */
  closing: AbortSignal;
  onProblem: OnProblem;
}

/** An event is small and an acknowledgement far: more of them are under way than uploads. */
const EVENTS_PER_UPLOAD = 4;
/** Frames of an earlier process that are read from the disk ahead of their turn. */
const LEFTOVERS_AHEAD = 64;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { spool, route, store, backup, events, eventsBreaker, cemetery, concurrency, closing, onProblem } = deps;
  // Each delivery that waits listens for it.
  setMaxListeners(0, closing);
  const parcels = createParcels(deps);
  const storing = createWorkQueue({ atOnce: concurrency, work: settling(storeFrame) });
  const announcing = createWorkQueue({ atOnce: concurrency * EVENTS_PER_UPLOAD, work: settling(announceFrame) });
  const waiting = [storing.backlog, announcing.backlog];
  const admit = createAdmission({ spool, parcels, waiting, onProblem });
  const latest = createLatestKeeper({ store, everyMs: deps.latestEveryMs ?? 0, closing });
  closing.addEventListener('abort', giveBack, { once: true });

  return {
    // Not an async function: its frame would hold the images until the delivery ends.
    deliver(frame, { images, onAttempt }) {
      latest.expect(frame);
      return admit(frame, images).then((content) =>
        content ? send({ frame, content, onAttempt, isLate: false }) : 'shed',
      );
    },
    async deliverLeftovers() {
      const ends: Promise<Outcome>[] = [];
      for await (const spooled of spool.leftovers()) {
        await storing.lateBelow(LEFTOVERS_AHEAD);
        closing.throwIfAborted();
        const content = { at: 'spool', spooled } as const;
        const end = send({ frame: spooled.frame, content, onAttempt: () => undefined, isLate: true });
        end.catch(() => undefined); // It is awaited below, where the worker does not close before.
        ends.push(end);
      }
      await Promise.all(ends);
      return ends.length;
    },
  };

  function send(start: Pick<Parcel, 'frame' | 'content' | 'onAttempt' | 'isLate'>): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const parcel = parcels.enter({ ...start, resolve, reject });
      if (closing.aborted) parcels.fail(parcel, closing.reason);
      else storing.add(parcel);
    });
  }

  /** The parcel hears how its step ended, whatever goes wrong, so that no stage stops. */
  function settling(step: (parcel: Parcel) => Promise<Outcome | 'announcing'>): (parcel: Parcel) => Promise<void> {
    return async (parcel) => {
      try {
        const end = await step(parcel);
        if (end === 'announcing') announcing.add(parcel);
        else await parcels.settle(parcel, end);
      } catch (error) {
        parcels.fail(parcel, error);
      }
    };
  }

  async function storeFrame(parcel: Parcel): Promise<Outcome | 'announcing'> {
    const { frame, isLate } = parcel;
    const stored = await retryStage(parcel, {
      stage: 'store',
      closing,
      onProblem,
      pass: (wait) =>
        route.pass(async (to) => {
          const images = await imagesOf(parcel, spool);
          const outcome = await putFrame(to.store, { frame, images, signal: closing });
          return { outcome, storedIn: to.name, image: images[0] };
        }, wait),
    });
    if (stored.kind === 'given-up') return giveUp(parcel, stored.givenUp);
    const { outcome, storedIn, image } = stored.value;
    if (outcome === 'taken') return 'stored';
    if (image && storedIn === 'primary' && !isLate) void latest.keep(frame, image);
    parcel.storedIn = storedIn;
    return 'announcing';
  }

  async function announceFrame(parcel: Parcel): Promise<Outcome> {
    const { frame, isLate, attempts, storedIn } = parcel;
    const holder = storedIn === 'backup' ? (backup ?? store) : store;
    const event = eventOf(frame, { attempt: attempts + 1, isLate, url: (key) => holder.url(key) });
    const publish = () => events.publish(TOPICS.frames, { key: frame.session.streamId, event });
    const announced = await retryStage(parcel, {
      stage: 'events',
      closing,
      onProblem,
      pass: (wait) => eventsBreaker.pass(publish, wait),
    });
    return announced.kind === 'given-up' ? giveUp(parcel, announced.givenUp) : 'stored';
  }

  async function giveUp(parcel: Parcel, givenUp: GivenUp): Promise<Outcome> {
    return (await cemetery.bury(parcel, givenUp)) ? 'dead-lettered' : 'shed';
  }

  /** What waits stays in the spool for the next process. */
  function giveBack(): void {
    for (const backlog of waiting)
      for (let parcel = backlog.victim(); parcel; parcel = backlog.victim()) parcels.fail(parcel, closing.reason);
  }
}

import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { TOPICS } from '../../contracts/events.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { eventOf, type Frame } from './frame.js';
import { createLatestKeeper } from './keep-latest.js';
import type { Spool, SpooledFrame } from './spool.js';

/**
 * Takes frames from the capture to the store and the event log: spool file, objects, event, acknowledged; only then is
 * the slot stored and the spool file removed. A crash between two steps repeats them, and each repeats to the same
 * effect, since keys and event ids are made of the slot. Capture never waits for it.
 */
export interface Delivery {
  /**
   * Resolves when the frame is stored and announced. Where the spool is full, the frame that has waited longest is shed
   * for it; where none waits, or nothing can be written, the new one.
   */
  deliver(frame: Frame, delivery: { images: readonly Buffer[]; onAttempt(): void }): Promise<'stored' | 'shed'>;
  /** Delivers what an earlier process left behind. */
  deliverLeftovers(): Promise<number>;
}

interface DeliveryDeps {
  spool: Spool;
  store: ObjectStore;
  events: EventSink;
  /** Frames in delivery at once, for all streams of the host. */
  concurrency: number;
  /** Aborts when the worker stops; undelivered frames stay in the spool. */
  closing: AbortSignal;
  onProblem(error: unknown, frame: Frame): void;
}

const RETRY = { retries: Infinity, minTimeout: 200, maxTimeout: 10_000, factor: 2, randomize: true } as const;

export function createDelivery({ spool, store, events, concurrency, closing, onProblem }: DeliveryDeps): Delivery {
  const queue = new PQueue({ concurrency });
  /** Spooled and not begun, in the order of their coming. */
  const waiting = new Map<SpooledFrame, AbortController>();
  const keepLatest = createLatestKeeper({ store, closing });

  return {
    async deliver(frame, { images, onAttempt }) {
      const spooled = await spoolOrShed(frame, images);
      if (!spooled) return 'shed';
      const shed = new AbortController();
      waiting.set(spooled, shed);
      const start = async (): Promise<'stored'> => {
        waiting.delete(spooled);
        await send(spooled, { isLate: false, onAttempt });
        return 'stored';
      };
      return queue.add(start, { signal: shed.signal }).catch((error: unknown) => {
        if (shed.signal.aborted) return 'shed';
        throw error;
      });
    },
    async deliverLeftovers() {
      const leftovers = await spool.leftovers();
      await Promise.all(
        leftovers.map((spooled) => queue.add(() => send(spooled, { isLate: true, onAttempt: () => undefined }))),
      );
      return leftovers.length;
    },
  };

  async function spoolOrShed(frame: Frame, images: readonly Buffer[]): Promise<SpooledFrame | undefined> {
    const sizeBytes = images.reduce((sum, image) => sum + image.length, 0);
    while (!spool.hasRoom(sizeBytes)) {
      const [oldest] = waiting;
      if (!oldest) return undefined;
      const [spooled, shed] = oldest;
      waiting.delete(spooled);
      shed.abort();
      await spool.remove(spooled);
    }
    return spool.write(frame, images).catch((error: unknown) => {
      onProblem(error, frame);
      return undefined;
    });
  }

  async function send(
    spooled: SpooledFrame,
    { isLate, onAttempt }: { isLate: boolean; onAttempt(): void },
  ): Promise<void> {
    const { frame } = spooled;
    const images = await spool.read(spooled);
    await pRetry((attempt) => sendOnce(frame, { images, attempt, isLate }), {
      ...RETRY,
      signal: closing,
      onFailedAttempt: ({ error }) => {
        onAttempt();
        onProblem(error, frame);
      },
    });
    await spool.remove(spooled);
    if (images[0] && !isLate) void keepLatest(frame, images[0]);
  }

  async function sendOnce(
    frame: Frame,
    { images, attempt, isLate }: { images: readonly Buffer[]; attempt: number; isLate: boolean },
  ): Promise<void> {
    await Promise.all(
      frame.images.map(async ({ key, sha256 }, index) => {
        const metadata = { sha256, 'captured-at-ms': String(frame.capturedAtMs), 'pts-ms': String(frame.ptsMs) };
        await store.put(key, images[index] ?? Buffer.alloc(0), {
          contentType: 'image/jpeg',
          metadata,
          signal: closing,
        });
      }),
    );
    const event = eventOf(frame, { attempt, isLate, url: (key) => store.url(key) });
    await events.publish(TOPICS.frames, { key: frame.session.streamId, event });
  }
}

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
  /** Resolves when the frame is stored and announced; with `shed` where the spool had no room for it. */
  deliver(frame: Frame, images: readonly Buffer[]): Promise<'stored' | 'shed'>;
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
  onRetry(error: Error, frame: Frame): void;
}

const RETRY = { retries: Infinity, minTimeout: 200, maxTimeout: 10_000, factor: 2, randomize: true } as const;

export function createDelivery({ spool, store, events, concurrency, closing, onRetry }: DeliveryDeps): Delivery {
  const queue = new PQueue({ concurrency });
  const keepLatest = createLatestKeeper({ store, closing });

  return {
    async deliver(frame, images) {
      if (!spool.hasRoom(images.reduce((sum, image) => sum + image.length, 0))) return 'shed';
      const spooled = await spool.write(frame, images);
      await queue.add(() => send(spooled, { isLate: false }));
      return 'stored';
    },
    async deliverLeftovers() {
      const leftovers = await spool.leftovers();
      await Promise.all(leftovers.map((spooled) => queue.add(() => send(spooled, { isLate: true }))));
      return leftovers.length;
    },
  };

  async function send(spooled: SpooledFrame, { isLate }: { isLate: boolean }): Promise<void> {
    const { frame } = spooled;
    const images = await spool.read(spooled);
    await pRetry((attempt) => sendOnce(frame, { images, attempt, isLate }), {
      ...RETRY,
      signal: closing,
      onFailedAttempt: ({ error }) => {
        onRetry(error, frame);
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

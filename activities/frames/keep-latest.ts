import { latestKey } from '../../contracts/keys.js';
import { JPEG } from '../../contracts/picture.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { Frame } from './frame.js';

interface Latest {
  slotMs: number;
  /** The slot of the newest frame that was captured. */
  expectedMs: number;
  /** Put as soon as the put before it is done; a newer frame takes its place meanwhile. */
  next?: { frame: Frame; image: Buffer } | undefined;
  isBusy: boolean;
}

/** At most one picture of a stream each so many milliseconds of its slots; 0 for each of its frames. */
export type LatestEvery = number | 'off';

export interface LatestKeeper {
  /** The frame is on its way: what is much older need not be shown any more. */
  expect(frame: Frame): void;
  keep(frame: Frame, image: Buffer): Promise<void>;
}

/** While a backlog is delivered, its pictures are not the newest for more than a moment, and each put takes its time. */
const STALE_AFTER_MS = 2000;

interface LatestStart {
  store: ObjectStore;
  everyMs: LatestEvery;
  closing: AbortSignal;
}

/**
 * Keeps each stream's newest picture under one key. It is a convenience beside the frames: one put a stream at a time,
 * never an older picture over a newer one, and the next frame makes a failed put good.
 */
export function createLatestKeeper({ store, everyMs, closing }: LatestStart): LatestKeeper {
  const streams = new Map<string, Latest>();
  const latestOf = (key: string): Latest => {
    const latest = streams.get(key) ?? { slotMs: -Infinity, expectedMs: -Infinity, isBusy: false };
    streams.set(key, latest);
    return latest;
  };

  return {
    expect({ session, slotMs }) {
      const latest = latestOf(latestKey(session));
      latest.expectedMs = Math.max(latest.expectedMs, slotMs);
    },
    keep,
  };

  async function keep(frame: Frame, image: Buffer): Promise<void> {
    if (everyMs === 'off') return;
    const key = latestKey(frame.session);
    const latest = latestOf(key);
    if (frame.slotMs < latest.expectedMs - STALE_AFTER_MS) return;
    if (frame.slotMs <= latest.slotMs || frame.slotMs < latest.slotMs + everyMs) return;
    latest.slotMs = frame.slotMs;
    latest.next = { frame, image };
    if (latest.isBusy) return;
    latest.isBusy = true;
    for (let next = takeNext(latest); next; next = takeNext(latest)) {
      const { slotMs, capturedAtMs, images } = next.frame;
      const metadata = { 'slot-ms': String(slotMs), 'captured-at-ms': String(capturedAtMs) };
      const contentType = images[0]?.contentType ?? JPEG;
      const put = store.put(key, next.image, { contentType, metadata, signal: closing });
      await put.catch((error: unknown) => error); // The frame itself is stored already.
    }
    latest.isBusy = false;
  }
}

function takeNext(latest: Latest): Latest['next'] {
  const { next } = latest;
  latest.next = undefined;
  return next;
}

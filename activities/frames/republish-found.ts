import PQueue from 'p-queue';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { TOPICS } from '../../contracts/events.js';
import { frameKey, type SessionRef } from '../../contracts/keys.js';
import { JPEG, PICTURE_TYPES, type PictureType } from '../../contracts/picture.js';
import { eventOf, type Frame, type FrameImage } from './frame.js';
import { readFrameMetadata, readImageMetadata } from './frame-metadata.js';

interface Found {
  store: ObjectStore;
  events: EventSink;
  session: SessionRef;
  /** Slots that may have their frame in the store. */
  slots: Iterable<number>;
  onProgress?(): void;
}

const AT_ONCE = 16;

/**
 * Announces frames again from their objects alone, for a host that may have died between the two; under the same id, so
 * that an event that was there is only repeated. Answers the slots that are stored whole and announced by now, in order;
 * the others have no frame, or not all of its images.
 */
export async function republishFound({ slots, onProgress, ...rest }: Found): Promise<number[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  const announced: number[] = [];
  await queue.addAll(
    [...slots].map((slotMs) => async () => {
      const frame = await frameInStore(rest, slotMs);
      if (frame) {
        await announce(frame, rest);
        announced.push(slotMs);
      }
      onProgress?.();
    }),
  );
  return announced.sort((a, b) => a - b);
}

/** In whichever format it was captured; undefined where not all of its images are there. */
export async function frameInStore(
  { store, session }: { store: ObjectStore; session: SessionRef },
  slotMs: number,
): Promise<Frame | undefined> {
  for (const type of PICTURE_TYPES) {
    const frame = await frameOfType({ store, session }, { slotMs, type });
    if (frame) return frame;
  }
  return undefined;
}

async function frameOfType(
  { store, session }: { store: ObjectStore; session: SessionRef },
  { slotMs, type }: { slotMs: number; type: PictureType },
): Promise<Frame | undefined> {
  const key = frameKey(session, { slotMs, type });
  const object = await store.head(key);
  const told = object && readFrameMetadata(object.metadata, { session, slotMs });
  if (!told) return undefined;
  const keys = [key, ...told.variants.map((size) => frameKey(session, { slotMs, size, type }))];
  const images = await Promise.all(keys.map((each) => imageInStore(store, each)));
  const whole = images.filter((image) => image !== undefined);
  return whole.length === keys.length ? { ...told.frame, images: whole } : undefined;
}

async function imageInStore(store: ObjectStore, key: string): Promise<FrameImage | undefined> {
  const object = await store.head(key);
  const image = object && readImageMetadata(object.metadata);
  if (!image) return undefined;
  const contentType = PICTURE_TYPES.find((type) => type === object.contentType) ?? JPEG;
  return { key, contentType, sizeBytes: object.sizeBytes, ...image };
}

const announce = (frame: Frame, { store, events }: { store: ObjectStore; events: EventSink }): Promise<void> =>
  events.publish(TOPICS.frames, {
    key: frame.session.streamId,
    event: eventOf(frame, { attempt: 1, isLate: true, url: (key) => store.url(key) }),
  });

import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { FrameLetter } from '../../contracts/dead-letter.js';
import { fault } from '../../contracts/errors.js';
import { TOPICS } from '../../contracts/events.js';
import { areImages, eventOf, type Frame } from '../frames/frame.js';
import { metadataOf } from '../frames/frame-metadata.js';
import { frameInStore } from '../frames/republish-found.js';

/** Where frames may be; the first one takes what is redriven. */
export type Stores = readonly [ObjectStore, ...ObjectStore[]];

interface Redrive {
  stores: Stores;
  events: EventSink;
  /** Whether its event was found in the log. */
  isAnnounced: boolean;
  bytes(): Promise<readonly Buffer[] | undefined>;
}

interface StoredFrame {
  frame: Frame;
  store: ObjectStore;
}

/**
 * Brings a frame that was given up to where it belongs: into the store unless one of them has it, and into the log. The
 * event tells of what the store holds, which another host may have put there. Each step may be repeated.
 */
export async function redriveLetter(
  letter: FrameLetter,
  { stores, events, isAnnounced, bytes }: Redrive,
): Promise<'stored' | 'already-stored'> {
  const there = await findFrame(stores, letter.frame);
  if (there && isAnnounced) return 'already-stored';
  const { frame, store } = there ?? (await putFrame(letter, { store: stores[0], images: (await bytes()) ?? [] }));
  const event = eventOf(frame, { attempt: letter.attempts + 1, isLate: true, url: (key) => store.url(key) });
  await events.publish(TOPICS.frames, { key: frame.session.streamId, event });
  return 'stored';
}

/** The frame of a slot in the first store that has all of it. */
export async function findFrame(
  stores: readonly ObjectStore[],
  { session, slotMs }: Pick<Frame, 'session' | 'slotMs'>,
): Promise<StoredFrame | undefined> {
  for (const store of stores) {
    const frame = await frameInStore({ store, session }, slotMs);
    if (frame) return { frame, store };
  }
  return undefined;
}

async function putFrame(
  { letterId, frame, content }: FrameLetter,
  { store, images }: { store: ObjectStore; images: readonly Buffer[] },
): Promise<StoredFrame> {
  if (!areImages(frame.images, images))
    throw fault('dead-letter-unusable', `letter ${letterId}: its bytes, in the ${content.at}, are not what it names`);
  const puts = frame.images.map((image, index) => ({
    key: image.key,
    body: images[index]!,
    options: { contentType: image.contentType, metadata: metadataOf(frame, image) },
  }));
  await Promise.all(puts.map(({ key, body, options }) => store.put(key, body, { ...options, ifAbsent: true })));
  const there = await frameInStore({ store, session: frame.session }, frame.slotMs);
  if (there) return { frame: there, store };
  // What is there tells nothing of itself, so that no event could be true of it.
  await Promise.all(puts.map(({ key, body, options }) => store.put(key, body, options)));
  return { frame, store };
}

import { fault } from '../../contracts/errors.js';
import type { ObjectStore, PutOptions } from '../../adapters/object-store/object-store.js';
import type { Frame, FrameImage } from './frame.js';
import { metadataOf } from './frame-metadata.js';

/** `taken`: another host has stored a picture of its own for the slot, and announces that one. */
export type PutFrameOutcome = 'stored' | 'taken';

/**
 * Stores the images of a frame once and for all: the first writer of a slot wins, so a host that works on what is no
 * longer its stream changes nothing. The frame itself decides for its variants, since each alone might be won by another
 * host. An object with our own hash is what an earlier try of ours has left.
 */
export async function putFrame(
  store: ObjectStore,
  { frame, images, signal }: { frame: Frame; images: readonly Buffer[]; signal: AbortSignal },
): Promise<PutFrameOutcome> {
  const [first, ...variants] = frame.images.map((image, index) => ({ image, body: images[index] ?? Buffer.alloc(0) }));
  if (!first) throw new RangeError(`frame ${frame.slotMs} has no image`);
  const { key, sha256 } = first.image;
  const outcome = await store.put(key, first.body, { ...optionsOf(frame, first.image, signal), ifAbsent: true });
  if (outcome === 'exists' && (await hashOf(store, key)) !== sha256) return 'taken';
  await Promise.all(variants.map(({ image, body }) => store.put(image.key, body, optionsOf(frame, image, signal))));
  return 'stored';
}

async function hashOf(store: ObjectStore, key: string): Promise<string | undefined> {
  const info = await store.head(key);
  if (!info) throw fault('store-conflict', `${key} was there a moment ago, and is no longer`);
  return info.metadata['sha256'];
}

const optionsOf = (frame: Frame, image: FrameImage, signal: AbortSignal): PutOptions => ({
  contentType: image.contentType,
  metadata: metadataOf(frame, image),
  signal,
});

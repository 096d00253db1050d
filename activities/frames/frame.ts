import { createHash } from 'node:crypto';
import { frameEvent, type FrameEvent, type ReelayEvent } from '../../contracts/events.js';
import { frameKey, type SessionRef } from '../../contracts/keys.js';
import type { PictureMode, PictureType } from '../../contracts/picture.js';
import type { Slot } from '../../contracts/slots.js';
import type { Size } from '../../contracts/stream.js';
import type { Picture } from '../../media/source/picture-source.js';

/** A captured slot on its way to the store: what is known of it, and its images in the order frame, variants. */
export interface Frame {
  session: SessionRef;
  slotMs: number;
  everyMs: number;
  epoch: number;
  capturedAtMs: number;
  ptsMs: number;
  mode: PictureMode;
  images: FrameImage[];
}

export interface FrameImage extends Size {
  key: string;
  contentType: PictureType;
  sizeBytes: number;
  sha256: string;
}

interface FrameStart extends Slot {
  session: SessionRef;
  epoch: number;
  picture: Picture;
  sizes: readonly Size[];
}

export function frameOf({ session, epoch, slotMs, everyMs, picture, sizes }: FrameStart): Frame {
  const images = picture.images.map(({ bytes, contentType, width, height }, index) => {
    const key = frameKey(session, { slotMs, size: sizes[index - 1], type: contentType });
    return { key, contentType, width, height, sizeBytes: bytes.length, sha256: sha256Of(bytes) };
  });
  const { timeMs, ptsMs, mode } = picture;
  return { session, epoch, slotMs, everyMs, capturedAtMs: Math.round(timeMs), ptsMs, mode, images };
}

export function eventOf(
  frame: Frame,
  { attempt, isLate, url }: { attempt: number; isLate: boolean; url(key: string): string },
): ReelayEvent<FrameEvent> {
  const [image, ...variants] = frame.images.map(({ key, width, height, sizeBytes, sha256 }) => ({
    url: url(key),
    width,
    height,
    sizeBytes,
    sha256,
  }));
  if (!image) throw new RangeError(`frame ${frame.slotMs} has no image`);
  const { session, epoch, slotMs, everyMs, capturedAtMs, ptsMs, mode } = frame;
  return frameEvent({
    ...session,
    epoch,
    slotMs,
    everyMs,
    capturedAtMs,
    ptsMs,
    ...image,
    variants,
    attempt,
    mode,
    late: isLate,
  });
}

/** Whether these are the images, all of them, byte for byte. */
export const areImages = (images: readonly FrameImage[], bytes: readonly Buffer[]): boolean =>
  images.every(({ sha256 }, index) => {
    const image = bytes[index];
    return image !== undefined && sha256Of(image) === sha256;
  });

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

import { variantOfKey, type SessionRef } from '../../contracts/keys.js';
import { FULL, PICTURE_MODES, type PictureMode } from '../../contracts/picture.js';
import type { Size } from '../../contracts/stream.js';
import type { Frame, FrameImage } from './frame.js';

/** What is put beside each image, so that its event can be made from the store alone. */
export function metadataOf(frame: Frame, { key, sha256, width, height }: FrameImage): Record<string, string> {
  const [main, ...variants] = frame.images;
  const shared = { sha256, width: String(width), height: String(height) };
  if (key !== main?.key) return shared;
  return {
    ...shared,
    epoch: String(frame.epoch),
    'every-ms': String(frame.everyMs),
    'captured-at-ms': String(frame.capturedAtMs),
    'pts-ms': String(frame.ptsMs),
    mode: frame.mode,
    variants: variants.map((variant) => variantOfKey(variant.key)).join(),
  };
}

/** A frame as its own object tells of it, and the sizes of the variants that belong to it. */
export interface ToldFrame {
  frame: Omit<Frame, 'images'>;
  variants: Size[];
}

/** Undefined where the metadata is not that of a frame. */
export function readFrameMetadata(
  metadata: Record<string, string>,
  { session, slotMs }: { session: SessionRef; slotMs: number },
): ToldFrame | undefined {
  const numbers = ['epoch', 'every-ms', 'captured-at-ms', 'pts-ms'].map((name) => wholeNumber(metadata[name]));
  const [epoch, everyMs, capturedAtMs, ptsMs] = numbers;
  if (epoch === undefined || everyMs === undefined || capturedAtMs === undefined || ptsMs === undefined)
    return undefined;
  const variants = (metadata['variants'] ?? '').split(',').filter((text) => text !== '');
  return {
    frame: { session, slotMs, epoch, everyMs, capturedAtMs, ptsMs, mode: modeOf(metadata) },
    variants: variants.map((text) => {
      const [width = 0, height = 0] = text.split('x').map(Number);
      return { width, height };
    }),
  };
}

/** Frames of earlier versions do not say it. */
const modeOf = ({ mode }: Record<string, string>): PictureMode => PICTURE_MODES.find((one) => one === mode) ?? FULL;

/** Undefined where the metadata is not that of an image. */
export function readImageMetadata(
  metadata: Record<string, string>,
): Pick<FrameImage, 'sha256' | keyof Size> | undefined {
  const { sha256 } = metadata;
  const [width, height] = [wholeNumber(metadata['width']), wholeNumber(metadata['height'])];
  if (sha256 === undefined || width === undefined || height === undefined) return undefined;
  return { sha256, width, height };
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;

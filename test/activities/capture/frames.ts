import { createHash } from 'node:crypto';
import type { Frame } from '../../../activities/frames/frame.js';
import { frameKey, type SessionRef } from '../../../contracts/keys.js';
import { JPEG } from '../../../contracts/picture.js';
import type { Size } from '../../../contracts/stream.js';

export const SESSION: SessionRef = { tenant: 'acme', streamId: 'cam', sessionId: '20261120T000000-abcdef' };
export const T0 = 1_700_000_000_000;

/** Stands for a picture; no test that uses it looks inside. */
export const imageOf = (text: string): Buffer => Buffer.from(`not a jpeg: ${text}`);

export function frameAt(slotMs: number, images: readonly Buffer[], session: SessionRef = SESSION): Frame {
  const sizes: (Size | undefined)[] = [undefined, { width: 64, height: 64 }, { width: 128, height: 72 }];
  return {
    session,
    slotMs,
    everyMs: 1000,
    epoch: 1,
    capturedAtMs: slotMs + 7,
    ptsMs: 40,
    mode: 'full',
    images: images.map((image, index) => {
      const size = sizes[index];
      return {
        key: frameKey(session, { slotMs, size }),
        contentType: JPEG,
        width: size?.width ?? 640,
        height: size?.height ?? 360,
        sizeBytes: image.length,
        sha256: createHash('sha256').update(image).digest('hex'),
      };
    }),
  };
}

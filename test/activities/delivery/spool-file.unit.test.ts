import assert from 'node:assert/strict';
import { decodeHead } from '../../../activities/delivery/spool-file.js';
import type { Frame } from '../../../activities/frames/frame.js';
import { frameAt, imageOf, T0 } from '../capture/frames.js';

/** A head as a version wrote it that said neither how pictures are encoded nor how they were decoded. */
function oldHead({ images, mode: _, ...frame }: Frame): Buffer {
  const old = images.map(({ contentType: _, ...image }) => image);
  const json = Buffer.from(JSON.stringify({ ...frame, images: old }));
  const sizeBytes = Buffer.alloc(4);
  sizeBytes.writeUInt32BE(json.length);
  return Buffer.concat([Buffer.from('RLF\u0001'), sizeBytes, json]);
}

describe('the head of a spool file', () => {
  it('of an earlier version is one of a frame in JPEG that was fully decoded', () => {
    const frame = frameAt(T0, [imageOf('frame'), imageOf('variant')]);
    const bytes = oldHead(frame);
    const sizeBytes = frame.images.reduce((sum, image) => sum + image.sizeBytes, bytes.length);
    const head = decodeHead(bytes, sizeBytes);
    assert.ok(head.kind === 'frame');
    assert.deepEqual(head.frame, frame);
  });
});

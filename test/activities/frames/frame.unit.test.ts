import assert from 'node:assert/strict';
import { eventOf, frameOf } from '../../../activities/frames/frame.js';
import { metadataOf, readFrameMetadata } from '../../../activities/frames/frame-metadata.js';
import { JPEG, PICTURE_MODES, type PictureMode } from '../../../contracts/picture.js';
import { imageOf, SESSION, T0 } from '../capture/frames.js';

const frameIn = (mode: PictureMode) =>
  frameOf({
    session: SESSION,
    epoch: 1,
    slotMs: T0,
    everyMs: 1000,
    picture: {
      images: [{ bytes: imageOf('frame'), contentType: JPEG, width: 64, height: 36 }],
      timeMs: T0 + 7.4,
      ptsMs: 40,
      mode,
    },
    sizes: [],
  });

describe('a frame', () => {
  const where = { session: SESSION, slotMs: T0 };

  for (const mode of PICTURE_MODES) {
    it(`in mode ${mode} says so in its event`, () => {
      const event = eventOf(frameIn(mode), { attempt: 1, isLate: false, url: (key) => key });
      assert.equal(event.data.mode, mode);
    });

    it(`in mode ${mode} is told by its own object`, () => {
      const { images, ...frame } = frameIn(mode);
      const [image] = images;
      assert.ok(image);
      assert.deepEqual(readFrameMetadata(metadataOf({ ...frame, images }, image), where)?.frame, frame);
    });
  }

  it('was fully decoded where its object does not say how', () => {
    const frame = frameIn('keyframe');
    const [image] = frame.images;
    assert.ok(image);
    const { mode: _, ...metadata } = metadataOf(frame, image);
    assert.equal(readFrameMetadata(metadata, where)?.frame.mode, 'full');
  });
});

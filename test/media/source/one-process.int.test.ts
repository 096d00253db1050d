import assert from 'node:assert/strict';
import type { Picture } from '../../../media/source/picture-source.js';
import { oneProcess } from '../../../media/source/one-process.js';
import { itGivesPictures } from '../../port-suites/picture-source.js';
import { openTestGateway } from '../../harness/test-gateway.js';
import { FFMPEG, useClips } from '../clips.js';

const nowMs = (): number => performance.timeOrigin + performance.now();

describe('a source with one ffmpeg for each connection', () => {
  const pictures = oneProcess({ ffmpeg: FFMPEG, gateway: openTestGateway(), nowMs });

  itGivesPictures({ pictures, nowMs });

  describe('that decodes all that comes', () => {
    const clips = useClips();

    it('says so of each picture', async () => {
      const url = await clips.make('full.mp4', { seconds: 1 });
      const seen: Picture[] = [];
      const intent = { url, sizes: [], quality: 80, stallMs: 10_000, probe: 'quick' } as const;
      const { signal } = new AbortController();
      await pictures.open(intent, { everyMs: 100, signal, onPicture: (picture) => seen.push(picture) }).ended;
      assert.ok(seen.length > 0);
      for (const { mode } of seen) assert.equal(mode, 'full');
    });
  });
});

import assert from 'node:assert/strict';
import { convertWhole } from '../../../media/transcode/convert-whole.js';
import type { MadeFile } from '../../../media/transcode/piece.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, fullPlan, HIGH, LOW, makeFile, probe, profileOf, PROGRAMS } from './conversion.js';
import { makeFlashAndBeep, flashS } from './flash-and-beep.js';
import { checkHls } from './hls-check.js';
import { makeLadder } from './make-ladder.js';
import { playInBrowser } from './play-in-browser.js';

const PLAIN =
  '-f lavfi -i testsrc2=size=160x90:rate=30000/1001 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 6.4 -c:v libx264 -preset ultrafast -bf 2 -g 40 -c:a aac';

describe('an HLS ladder', () => {
  const folder = useTempFolder();

  async function makePlainLadder(): Promise<MadeFile[]> {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }) });
    const converted = await convert(file, { folder: folder(), plan, join: [] });
    return makeLadder({ ...converted, folder: folder() });
  }

  it('keeps to what HLS asks of its playlists and fragments, in two renditions that are cut alike', async () => {
    const files = await makePlainLadder();
    const { faults, variants } = await checkHls(folder());
    assert.deepEqual(faults, []);
    assert.deepEqual(
      variants.map(({ uri, width, height }) => [uri, width, height]),
      [
        ['low.m3u8', 114, 64],
        ['high.m3u8', 160, 90],
      ],
    );
    assert.equal(variants[0]?.segmentSeconds.length, 7);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['audio.m3u8', 'audio.m4s', 'low.m3u8', 'low.m4s', 'high.m3u8', 'high.m4s', 'master.m3u8'],
    );
  });

  it('plays in a browser to its end, with all its pictures and sound', async () => {
    await makePlainLadder();
    const played = await playInBrowser(folder());
    assert.deepEqual(played.errors, []);
    assert.equal(played.levels, 2);
    assert.ok(Math.abs(played.duration - 6.4) < 0.1, `${played.duration} s`);
    assert.ok(played.isEnded);
    assert.ok(played.frames > 150, `${played.frames} pictures`);
    assert.ok(played.audioBytes > 10_000, `${played.audioBytes} bytes of sound`);
  });

  for (const [rate, bFrames] of [
    ['25', 3],
    ['30000/1001', 3],
    ['30', 0],
  ] as const) {
    it(`has flash and beep at their time in a browser, at ${rate} pictures a second and ${bFrames} B-frames`, async () => {
      const options = `-c:v libx264 -preset veryfast -g 40 -bf ${bFrames} -c:a aac`;
      const file = await makeFlashAndBeep(folder(), 'in.mp4', { rate, sampleRate: 48_000, options });
      const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }) });
      const converted = await convert(file, { folder: folder(), plan, join: [] });
      await makeLadder({ ...converted, folder: folder() });
      const played = await playInBrowser(folder());
      assert.deepEqual(played.errors, []);
      assert.ok(Math.abs(played.flashS - flashS(rate)) <= 0.01, `the flash is at ${played.flashS} s`);
      assert.ok(Math.abs(played.beepS - played.flashS) <= 0.01, `the beep is at ${played.beepS} s`);
    });
  }

  it('is made of a file that conforms without encoding', async () => {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const profile = profileOf({
      package: 'hls',
      video: { renditions: [HIGH], gopSeconds: 0.5 },
    });
    const plan = fullPlan(await probe(file), { profile });
    assert.equal(plan.decision.kind, 'repackage');
    const { files } = await convertWhole({ ...PROGRAMS, plan, folder: folder(), file });
    assert.deepEqual((await checkHls(folder())).faults, []);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['high.m3u8', 'high.m4s', 'audio.m3u8', 'audio.m4s', 'master.m3u8'],
    );
  });

  it('of a source below its lowest rendition has one, at the height of the source', async () => {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const video = {
      renditions: [
        { ...LOW, height: 360 },
        { ...HIGH, height: 720 },
      ],
    };
    const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls', video }), remux: 'never' });
    assert.deepEqual(
      plan.renditions.map(({ name, width, height }) => [name, width, height]),
      [['low', 160, 90]],
    );
  });
});

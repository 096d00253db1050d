import assert from 'node:assert/strict';
import { execa } from 'execa';
import type { CaptureIntent } from '../../../media/args/capture.js';
import { jpegSize } from '../../../media/jpeg-size.js';
import { startPull, type Pull, type PulledPicture, type PullEnd } from '../../../media/source/pull.js';
import { FFMPEG, useClips } from '../clips.js';

describe('a pull', () => {
  const clips = useClips();

  function start(url: string, change: Partial<CaptureIntent> = {}, onPicture?: (picture: PulledPicture) => void) {
    const pictures: PulledPicture[] = [];
    const pull: Pull = startPull({
      ffmpeg: FFMPEG,
      route: { url, options: [], named: (text) => text },
      intent: { url, sizes: [], quality: 80, stallMs: 10_000, probe: 'quick', ...change },
      nowMs: () => performance.now(),
      onPicture: (picture) => {
        pictures.push(picture);
        onPicture?.(picture);
      },
    });
    return { pull, pictures };
  }
  async function pullAll(
    url: string,
    change?: Partial<CaptureIntent>,
  ): Promise<{ pictures: PulledPicture[]; end: PullEnd }> {
    const { pull, pictures } = start(url, change);
    const end = await pull.ended;
    return { pictures, end };
  }
  const timesOf = (pictures: readonly PulledPicture[]): number[] => pictures.map(({ ptsMs }) => ptsMs);
  const steps = (pictures: readonly PulledPicture[]): number[] =>
    timesOf(pictures.slice(1)).map((ptsMs, index) => ptsMs - (timesOf(pictures)[index] ?? 0));
  const concat = (names: string[], to: string): Promise<unknown> =>
    execa('/bin/sh', ['-c', `cat ${names.map((name) => clips.path(name)).join(' ')} > ${clips.path(to)}`]);
  const url = (name: string): string => `file://${clips.path(name)}`;

  it('ends with what went wrong where a picture cannot be handled, and ends nothing else', async () => {
    const source = await clips.make('unhandled.mp4', { seconds: 20 });
    const { pull } = start(source, {}, () => {
      throw new RangeError('no such picture');
    });
    const end = await pull.ended;
    assert.equal(end.tail.at(-1), 'not handled: RangeError: no such picture');
  });

  it('hands over each picture of a clip with its variants, in the sizes asked', async () => {
    const source = await clips.make('plain.mp4', { seconds: 1 });
    const sizes = [
      { width: 32, height: 32 },
      { width: 128, height: 20 },
    ];
    const { pictures, end } = await pullAll(source, { sizes });
    assert.deepEqual(timesOf(pictures), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    for (const { images } of pictures) {
      assert.deepEqual(
        images.map(({ width, height }) => ({ width, height })),
        [{ width: 64, height: 36 }, ...sizes],
      );
      for (const { bytes, width, height } of images) assert.deepEqual(jpegSize(bytes), { width, height });
    }
    assert.deepEqual(
      { hadPicture: end.hadPicture, isOpen: end.isOpen, isFinite: end.isFinite, isResized: end.isResized },
      { hadPicture: true, isOpen: true, isFinite: true, isResized: false },
    );
    assert.equal(end.exitCode, 0);
  });

  it('gives pictures the time of their arrival, at the pace of a live source', async () => {
    const { pictures } = await pullAll(await clips.make('paced.mp4', { seconds: 2 }));
    const tookMs = (pictures.at(-1)?.arrivedMs ?? 0) - (pictures[0]?.arrivedMs ?? 0);
    assert.ok(tookMs > 1500, `2 s of pictures came in ${tookMs} ms`);
  });

  it('ends, and says so, when the pictures change size', async () => {
    await clips.make('small.ts', { seconds: 1 });
    await clips.make('large.ts', { seconds: 1, size: '96x54' });
    await concat(['small.ts', 'large.ts'], 'resized.ts');
    const { pictures, end } = await pullAll(url('resized.ts'));
    assert.equal(end.isResized, true);
    assert.ok(pictures.length >= 5);
    for (const { images } of pictures) assert.equal(images[0]?.width, 64);
  });

  it('goes on over a jump of 600 s in the time stamps as if nothing had been', async () => {
    await clips.make('before.ts', { seconds: 1 });
    await clips.make('after.ts', { seconds: 1, options: ['-output_ts_offset', '600'] });
    await concat(['before.ts', 'after.ts'], 'forward.ts');
    const { pictures } = await pullAll(url('forward.ts'));
    assert.ok(pictures.length >= 18, `${pictures.length} pictures`);
    assert.ok(steps(pictures).every((step) => step > 0 && step <= 10_000));
    assert.ok((pictures.at(-1)?.ptsMs ?? 0) < 5000);
  });

  it('goes on over a jump back in the time stamps', async () => {
    await clips.make('late.ts', { seconds: 1, options: ['-output_ts_offset', '600'] });
    await clips.make('early.ts', { seconds: 1 });
    await concat(['late.ts', 'early.ts'], 'back.ts');
    const { pictures } = await pullAll(url('back.ts'));
    assert.ok(pictures.length >= 18, `${pictures.length} pictures`);
    assert.ok(steps(pictures).every((step) => step > 0 && step <= 10_000));
  });

  it('gives pictures in the order of their showing where the source has B-frames', async () => {
    const options = ['-preset', 'medium', '-bf', '3', '-g', '20'];
    const { pictures } = await pullAll(await clips.make('b-frames.mp4', { seconds: 2, options }));
    assert.deepEqual(
      timesOf(pictures),
      Array.from({ length: 20 }, (_, index) => index * 100),
    );
  });

  it('gives no broken picture where the first keyframe is missing', async () => {
    await clips.make('whole.ts', { seconds: 2, options: ['-f', 'mpegts', '-bsf:v', 'noise=drop=lt(n\\,3)'] });
    const { pictures } = await pullAll(url('whole.ts'));
    assert.ok(pictures.length >= 8 && pictures.length < 18, `${pictures.length} pictures`);
    for (const { images } of pictures)
      assert.deepEqual(
        images.map(({ width, height }) => [width, height]),
        [[64, 36]],
      );
  });

  it('is open, and has no picture, where a source has sound alone', async () => {
    const source = await clips.make('sound.mp4', {
      seconds: 1,
      source: 'sine=duration=1',
      options: ['-vn'],
    });
    const { pictures, end } = await pullAll(source);
    assert.equal(pictures.length, 0);
    assert.equal(end.hadPicture, false);
    assert.equal(end.isOpen, true);
    assert.match(end.tail.join('\n'), /matches no streams/);
  });

  it('is not open where there is nothing', async () => {
    const { end } = await pullAll(url('nothing.mp4'));
    assert.equal(end.isOpen, false);
    assert.equal(end.isFinite, false);
    assert.equal(end.exitCode, 1);
  });

  it('narrows and opens its gate while it runs', async () => {
    const source = await clips.make('gated.mp4', { seconds: 6, fps: 20 });
    const { pull, pictures } = start(source, {}, ({ ptsMs }) => {
      if (ptsMs === 0) pull.setGate({ everyMs: 500, phaseMs: 0 });
      if (ptsMs === 3500) pull.setGate({ everyMs: 0, phaseMs: 0 });
    });
    await pull.ended;
    const times = timesOf(pictures);
    assert.deepEqual(
      times.filter((ptsMs) => ptsMs >= 1000 && ptsMs <= 3500),
      [1000, 1500, 2000, 2500, 3000, 3500],
    );
    assert.equal(times.filter((ptsMs) => ptsMs >= 4500).length, 30);
  });

  it('can be stopped at any time', async () => {
    const source = await clips.make('long.mp4', { seconds: 60 });
    await start(source).pull.stop();
    const { pull, pictures } = start(source, {}, () => void pull.stop());
    const end = await pull.ended;
    assert.ok(pictures.length >= 1);
    assert.equal(end.hadPicture, true);
    pull.setGate({ everyMs: 0, phaseMs: 0 });
  });

  it('has handed over every picture when it has ended', async () => {
    const source = await clips.make('short.mp4', { seconds: 1, fps: 30 });
    for (let run = 0; run < 5; run++) {
      const { pull, pictures } = start(source, { sizes: [{ width: 512, height: 288 }] });
      await pull.ended;
      assert.equal(pictures.length, 30);
    }
  });

  it('reads pictures of the largest size that is asked for', async () => {
    const { pictures } = await pullAll(await clips.make('tiny.mp4', { seconds: 1, fps: 2 }), {
      sizes: [{ width: 4096, height: 4096 }],
      quality: 100,
    });
    assert.equal(pictures.length, 2);
    assert.equal(pictures[0]?.images[1]?.height, 4096);
  });
});

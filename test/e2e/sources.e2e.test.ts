import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clip, clipFolder } from '../harness/clips.js';
import { reelay } from '../harness/commands.js';
import { joinFlv } from '../harness/flv.js';
import { decodedSizes, expectContract, expectNoSlotMissing, expectObject } from '../harness/frame-checks.js';
import { useFullStack } from '../harness/full-stack.js';
import { serveHls } from '../harness/http-sources.js';
import { awaitFrames, expectAccounted, expectNoGap, framesOf, startStream } from '../harness/live-streams.js';
import { likeness } from '../harness/picture-likeness.js';
import { capturesOf } from '../harness/processes.js';
import { publish, type Publisher } from '../harness/publisher.js';

/** Streams run side by side through all tests of this file; each test looks at its own. */
const RATES = { '1s': 15, '250ms': 60, '10s': 3 } as const;
const LONG_MS = 40_000;
/** A picture and the one after it are alike to 24 dB. */
const ONE_PICTURE_DB = 27;

describe('what a source may be', () => {
  useFullStack();

  let variants: Publisher;
  before('start a stream from each', async () => {
    const [bFrames, longGop, sized, turning, hls] = await Promise.all([
      publish('bframes', { bFrames: 2 }),
      publish('gop5', { gopSeconds: 5 }),
      publish('variants'),
      publish('turning', { file: await turningClip() }),
      serveHls(),
    ]);
    variants = sized;
    for (const every of Object.keys(RATES))
      await startStream(bFrames.url, { id: `bframes-${every}`, args: ['--every', every] });
    await startStream(longGop.url, { id: 'gop5', args: ['--every', '1s'] });
    await startStream(longGop.flv, { id: 'http-flv', args: ['--every', '1s'] });
    await startStream(hls, { id: 'hls', args: ['--every', '1s'] });
    await startStream(variants.url, {
      id: 'variants',
      args: ['--every', '1s', '--size', '320x180', '--size', '100x100'],
    });
    await startStream(turning.url, { id: 'turning', args: ['--every', '500ms'] });
  });

  for (const [every, count] of Object.entries(RATES)) {
    it(`a stream with B-frames, captured every ${every}`, () => expectAllStored(`bframes-${every}`, count));
  }

  it('a stream with a key frame each 5 s', () => expectAllStored('gop5', 15));

  it('the same over HTTP-FLV', () => expectAllStored('http-flv', 15));

  it('a live HLS playlist', () => expectAllStored('hls', 15));

  it('stored in further sizes, exact to the pixel, from the one decode', async () => {
    const frames = (await awaitFrames('variants', { count: 10 })).map(({ data }) => data);
    const likenesses: number[] = [];
    for (const frame of frames) {
      const [half, square] = frame.variants;
      assert.ok(half && square);
      const [full, small, tiny] = await Promise.all([
        expectObject(frame),
        expectObject(frame, half),
        expectObject(frame, square),
      ]);
      assert.deepEqual(await decodedSizes([full, small, tiny]), ['640x360', '320x180', '100x100']);
      likenesses.push(await likeness(full, { second: small, size: '320:180' }));
    }
    const least = Math.min(...likenesses);
    console.log(`      frame and variant are alike to ${least.toFixed(1)} dB at least`);
    assert.ok(least > ONE_PICTURE_DB, `${least} dB`);
    assert.equal((await capturesOf(variants.url)).length, 1);
    await stopWithoutGap('variants');
  });

  it('one that turns from landscape to portrait and back within a session', async () => {
    const sizes = (frame: { width: number; height: number }): string => `${frame.width}x${frame.height}`;
    await awaitFrames('turning', { count: 8, where: (frame) => sizes(frame) === '360x640' });
    await reelay('stream', 'stop', 'turning');
    const frames = (await framesOf('turning')).map(({ data }) => data);
    assert.equal(new Set(frames.map(({ sessionId }) => sessionId)).size, 1);
    assert.deepEqual([...new Set(frames.map(sizes))].sort(), ['360x640', '640x360']);
    const decoded = await decodedSizes(await Promise.all(frames.map((frame) => expectObject(frame))));
    assert.deepEqual(decoded, frames.map(sizes));
    const { counts, gapsByReason } = await expectAccounted('turning');
    console.log(`      turning: ${counts.stored} of ${counts.due} slots stored, gaps ${JSON.stringify(gapsByReason)}`);
    assert.deepEqual(
      Object.keys(gapsByReason).filter((reason) => reason !== 'decode-error'),
      [],
    );
  });
});

async function expectAllStored(id: string, count: number): Promise<void> {
  const frames = await awaitFrames(id, { count, withinMs: LONG_MS });
  for (const frame of frames) expectContract(frame);
  expectNoSlotMissing(frames.map(({ data }) => data));
  const sizes = await decodedSizes(await Promise.all(frames.map(({ data }) => expectObject(data))));
  assert.deepEqual(sizes, Array<string>(frames.length).fill('640x360'));
  await stopWithoutGap(id);
}

async function stopWithoutGap(id: string): Promise<void> {
  assert.equal((await reelay('stream', 'stop', id)).exitCode, 0);
  await expectNoGap(id);
}

async function turningClip(): Promise<string> {
  const halves = await Promise.all(
    ['640x360', '360x640'].map(async (size) => readFile(await clip({ size, seconds: 8, gopSeconds: 1 }))),
  );
  const file = join(clipFolder(), 'turning.flv');
  await writeFile(file, joinFlv(halves[0]!, halves[1]!));
  return file;
}

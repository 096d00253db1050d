import assert from 'node:assert/strict';
import { planChunks } from '../../../media/transcode/plan-chunks.js';
import { gopOf } from '../../../media/transcode/timeline.js';

const timeBase = [1, 1000] as const;
const even = (seconds: number, fps = 25) => Array.from({ length: seconds * fps }, (_, index) => (index * 1000) / fps);
const keysEvery = (seconds: number, { until }: { until: number }) =>
  Array.from({ length: Math.ceil(until / seconds) }, (_, index) => ({
    ticks: index * seconds * 1000,
    seekS: index * seconds,
  }));

const plan = (seconds: number, { chunkMs = 30_000, keysS = 2, gopSeconds = 2 } = {}) =>
  planChunks({
    timeline: even(seconds),
    durationTicks: seconds * 1000,
    timeBase,
    gopSeconds,
    chunkMs,
    keyframes: keysS === 0 ? [] : keysEvery(keysS, { until: seconds }),
  });

describe('chunks of a video', () => {
  for (const [seconds, expected] of [
    [1, 1],
    [44, 1],
    [46, 2],
    [60, 2],
    [61, 2],
    [180, 6],
    [3600, 120],
  ] as const) {
    it(`of ${seconds} s are ${expected}, adjoin, and cover every picture`, () => {
      const chunks = plan(seconds);
      assert.equal(chunks.length, expected);
      let [frame, ticks] = [0, 0];
      for (const [index, chunk] of chunks.entries()) {
        assert.equal(chunk.index, index);
        assert.deepEqual(chunk.firstFrame, frame);
        assert.deepEqual(chunk.startTicks, ticks);
        assert.ok(chunk.frames > 0);
        frame += chunk.frames;
        ticks += chunk.durationTicks;
      }
      assert.equal(frame, seconds * 25);
      assert.equal(ticks, seconds * 1000);
    });
  }

  it('are never more than 500', () => {
    const chunks = plan(5000, { chunkMs: 1000, gopSeconds: 1 });
    assert.equal(chunks.length, 500);
  });

  it('begin on the grid of keyframes, and are entered at a keyframe of the source close before', () => {
    for (const { startTicks, seekS } of plan(300, { keysS: 7, gopSeconds: 2 }).slice(1)) {
      assert.equal(startTicks % 2000, 0);
      assert.ok(seekS !== undefined && seekS * 1000 <= startTicks);
      assert.ok(startTicks - seekS * 1000 <= 1000, `${startTicks} is entered at ${seekS} s`);
    }
  });

  it('have the first one entered at the beginning of the file', () => {
    assert.equal(plan(60)[0]?.seekS, undefined);
  });

  it('are one where no keyframe of the source is known', () => {
    assert.equal(plan(300, { keysS: 0 }).length, 1);
  });

  it('skip stretches in which no picture comes', () => {
    const timeline = [...even(10), ...even(10).map((ticks) => ticks + 300_000)];
    const options = { timeline, durationTicks: 310_000, timeBase, gopSeconds: 2, chunkMs: 30_000 };
    const chunks = planChunks({ ...options, keyframes: [{ ticks: 0, seekS: 0 }] });
    assert.ok(chunks.every(({ frames }) => frames > 0));
    assert.equal(
      chunks.reduce((sum, { frames }) => sum + frames, 0),
      timeline.length,
    );
    const gops = chunks.map(({ startTicks }) => gopOf(startTicks, { timeBase, gopSeconds: 2 }));
    assert.equal(new Set(gops).size, gops.length);
  });
});

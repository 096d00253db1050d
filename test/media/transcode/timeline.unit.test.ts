import assert from 'node:assert/strict';
import {
  gopOf,
  hashTimeline,
  keyExpression,
  keyIndexes,
  minStepOf,
  thinOut,
} from '../../../media/transcode/timeline.js';

const timeBase = [1, 1000] as const;

describe('a timeline', () => {
  it('has the same hash wherever it begins, and another one where a picture moves', () => {
    assert.equal(hashTimeline([5, 45, 85]), hashTimeline([0, 40, 80]));
    assert.notEqual(hashTimeline([0, 40, 80]), hashTimeline([0, 41, 80]));
    assert.notEqual(hashTimeline([0, 40, 80]), hashTimeline([0, 40]));
  });

  it('has a keyframe at the first picture at or after each multiple of the distance, however long nothing came', () => {
    const ticks = [0, 400, 990, 1030, 2000, 2040, 7100, 7140, 8200];
    assert.deepEqual(keyIndexes(ticks, { timeBase, gopSeconds: 1 }), [0, 3, 4, 6, 8]);
  });

  it('takes a picture that is rounded to just before a boundary as on it', () => {
    assert.equal(gopOf(180_179, { timeBase: [1, 90_000], gopSeconds: 2.002 }), 0);
    assert.equal(gopOf(999_995, { timeBase: [1, 1_000_000], gopSeconds: 1 }), 1);
  });

  it('is asked of ffmpeg by the time in the whole video', () => {
    assert.equal(
      keyExpression(30_030, { timeBase: [1, 30_000], gopSeconds: 2 }),
      'expr:isnan(prev_forced_t)+gt(floor((t+1.001010000)/2),floor((prev_forced_t+1.001010000)/2))',
    );
  });

  it('loses no picture unless some come too fast', () => {
    assert.equal(minStepOf([0, 16, 33, 50], { timeBase, maxFps: 60 }), undefined);
    assert.equal(minStepOf([0, 8, 17, 25, 33], { timeBase, maxFps: 60 }), 15);
    assert.equal(minStepOf([0, 40, 40, 80], { timeBase, maxFps: 60 }), 15);
  });

  it('is thinned out from the picture that was taken last', () => {
    assert.deepEqual(thinOut([0, 8, 17, 25, 33, 42], 15), [0, 17, 33]);
    assert.deepEqual(thinOut([0, 40, 40, 80], 1), [0, 40, 80]);
    assert.deepEqual(thinOut([0, 8], undefined), [0, 8]);
  });
});

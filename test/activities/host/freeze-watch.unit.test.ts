import assert from 'node:assert/strict';
import { watchFreezes, type FreezeWatch } from '../../../activities/host/freeze-watch.js';

describe('the watch for freezes', () => {
  let nowMs = 0;
  let watch: FreezeWatch;
  beforeEach(() => {
    nowMs = 1_000_000;
    watch = watchFreezes(() => nowMs);
  });
  afterEach(() => {
    watch.close();
  });

  it('finds none in a process that runs', () => {
    for (let at = 0; at < 20; at += 1) {
      nowMs += 900;
      assert.equal(watch.last(), undefined);
    }
  });

  it('finds when the process did not run', () => {
    nowMs += 12_000;
    assert.deepEqual(watch.last(), { fromMs: 1_000_000, untilMs: 1_012_000 });
  });

  it('keeps the last one', () => {
    nowMs += 3000;
    watch.last();
    nowMs += 500;
    assert.deepEqual(watch.last(), { fromMs: 1_000_000, untilMs: 1_003_000 });
    nowMs += 2000;
    assert.deepEqual(watch.last(), { fromMs: 1_003_500, untilMs: 1_005_500 });
  });
});

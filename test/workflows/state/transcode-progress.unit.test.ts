import assert from 'node:assert/strict';
import { nextChunk, percentOf } from '../../../workflows/state/transcode-progress.js';

describe('the percentage of a task', () => {
  for (const [phase, part, percent] of [
    ['probe', 0, 0],
    ['probe', 1, 2],
    ['encode', 0, 2],
    ['encode', 0.5, 46],
    ['encode', 7, 90],
    ['assemble', 0.5, 94],
    ['publish', 1, 100],
  ] as const)
    it(`is ${percent} with ${part} of ${phase} done`, () => {
      assert.equal(percentOf(phase, part), percent);
    });

  it('never goes back from one phase to the next', () => {
    const all = (['probe', 'encode', 'assemble', 'publish'] as const).flatMap((phase) =>
      [0, 0.3, 1].map((part) => percentOf(phase, part)),
    );
    assert.deepEqual(
      all,
      [...all].sort((a, b) => a - b),
    );
  });
});

describe('the next chunk', () => {
  const window = { chunks: 5, durationMs: 50_000 };
  for (const [title, taken, playAtMs, expected] of [
    ['is the first one where nobody plays', [], undefined, 0],
    ['is the first one that is free', [0, 1], undefined, 2],
    ['is the one that is played', [0], 31_000, 3],
    ['goes on from the one that is played', [3], 31_000, 4],
    ['comes back to what lies before it', [3, 4], 31_000, 0],
    ['is the last one where somebody plays past the end', [], 99_000, 4],
    ['is none where all are taken', [0, 1, 2, 3, 4], 31_000, undefined],
  ] as const)
    it(title, () => {
      assert.equal(nextChunk({ ...window, taken: new Set(taken), playAtMs }), expected);
    });

  it('is none of a video without chunks', () => {
    assert.equal(nextChunk({ chunks: 0, durationMs: 0, taken: new Set() }), undefined);
  });
});

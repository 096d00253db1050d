import assert from 'node:assert/strict';
import { unitOf } from '../../../activities/transcode/unit-of.js';

const RECIPE = { remux: 'auto' };
const found = (change: object = {}) => ({
  url: 'https://example.com/a.mov?sig=1',
  version: { sizeBytes: 1000, tag: '"abc"' },
  runId: 'run-1',
  ...change,
});
const unit = (change?: object): string => unitOf(found(change), RECIPE);
const UNTOLD = { version: { sizeBytes: 1000, tag: '' } };
const UNTOLD_PLAYLIST = { version: { sizeBytes: 1000, tag: 'playlist:?abc' } };

describe('the unit of a piece of work', () => {
  it('is made of the version of the input and the recipe, as in every release', () => {
    assert.equal(unit(), 'dfe87dbd6043ce46a134ef1d');
  });

  it('is the same wherever the same version is found, and in every run', () => {
    assert.equal(unit({ url: 'https://mirror.example/b.mov' }), unit());
    assert.equal(unit({ runId: 'run-2' }), unit());
  });

  it('is another one for another version', () => {
    assert.notEqual(unit({ version: { sizeBytes: 1000, tag: '"abd"' } }), unit());
  });

  for (const [what, version] of [
    ['that nothing tells', UNTOLD],
    ['of a playlist with segments that nothing tells', UNTOLD_PLAYLIST],
  ] as const) {
    it(`of a version ${what} holds the address without its query`, () => {
      assert.notEqual(unit({ ...version, url: 'https://example.com/b.mov' }), unit(version));
      assert.equal(unit({ ...version, url: 'https://example.com/a.mov?sig=2' }), unit(version));
    });

    it(`of a version ${what} is gone on with by the same run alone`, () => {
      assert.equal(unit(version), unit(version));
      assert.notEqual(unit({ ...version, runId: 'run-2' }), unit(version));
    });
  }
});

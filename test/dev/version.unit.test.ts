import assert from 'node:assert/strict';
import { isAtLeast, parseVersion } from '../../dev/version.js';

describe('versions', () => {
  it('are found in what programs print about themselves', () => {
    assert.deepEqual(parseVersion('ffmpeg version 5.1.9-0+deb12u1 Copyright'), [5, 1, 9]);
    assert.deepEqual(parseVersion('ffmpeg version n7.1 Copyright'), [7, 1, 0]);
    assert.deepEqual(parseVersion('openjdk version "17.0.15" 2025-04-15'), [17, 0, 15]);
    assert.equal(parseVersion('Version  : git'), undefined);
  });

  it('are compared part by part, and an unknown one is never enough', () => {
    assert.equal(isAtLeast([1, 29, 0], [1, 29, 0]), true);
    assert.equal(isAtLeast([1, 30, 0], [1, 29, 5]), true);
    assert.equal(isAtLeast([2, 0, 0], [1, 29, 5]), true);
    assert.equal(isAtLeast([1, 9, 9], [1, 29, 0]), false);
    assert.equal(isAtLeast(undefined, [1, 0, 0]), false);
  });
});

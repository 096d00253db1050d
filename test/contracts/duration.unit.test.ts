import assert from 'node:assert/strict';
import { formatDuration, parseDuration } from '../../contracts/duration.js';

describe('a duration', () => {
  for (const [text, ms] of [
    ['250ms', 250],
    ['1s', 1000],
    ['1.5s', 1500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
    [' 1s ', 1000],
    ['0.25s', 250],
  ] as const) {
    it(`reads "${text}" as ${ms} ms`, () => assert.equal(parseDuration(text), ms));
  }

  for (const text of [
    '',
    '1',
    's',
    '1 s',
    '-1s',
    '1S',
    '1d',
    '1e3s',
    '1s1s',
    '.5s',
    '1.s',
    'NaNms',
    'Infinitys',
    '１s',
  ]) {
    it(`does not read "${text}"`, () => assert.equal(parseDuration(text), undefined));
  }

  for (const [ms, text] of [
    [0, '0ms'],
    [250, '250ms'],
    [999, '999ms'],
    [1000, '1s'],
    [1250, '1250ms'],
    [1500, '1.5s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
  ] as const) {
    it(`writes ${ms} ms as "${text}"`, () => assert.equal(formatDuration(ms), text));
  }

  it('reads back what it writes', () => {
    for (let ms = 0; ms <= 7_200_000; ms += 37) assert.equal(parseDuration(formatDuration(ms)), ms);
    for (let ms = 0; ms <= 7_200_000; ms += 100) assert.equal(parseDuration(formatDuration(ms)), ms);
  });
});

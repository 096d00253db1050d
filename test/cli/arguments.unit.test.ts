import assert from 'node:assert/strict';
import { parseMoment } from '../../cli/arguments.js';

const NOW = Date.UTC(2026, 10, 20, 18);

describe('a moment', () => {
  const cases: [string, number | undefined][] = [
    ['10m', NOW - 600_000],
    ['1.5h', NOW - 5_400_000],
    ['2026-11-20T17:30:00Z', NOW - 1_800_000],
    ['2026-11-20T18:30:00+01:00', NOW - 1_800_000],
    ['2026-11-20T17:30Z', NOW - 1_800_000],
    ['2026-11-20', NOW - 18 * 3_600_000],
    ['2026-11-20T17:30:00', undefined],
    ['2026-13-20T17:30:00Z', undefined],
    ['yesterday', undefined],
    ['10', undefined],
    ['', undefined],
  ];
  for (const [text, ms] of cases)
    it(`${ms === undefined ? 'is not' : 'is'} "${text}"`, () => {
      assert.equal(parseMoment(text, NOW), ms);
    });
});

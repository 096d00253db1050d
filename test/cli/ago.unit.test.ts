import assert from 'node:assert/strict';
import { ago } from '../../cli/ago.js';

const NOW = Date.UTC(2026, 10, 20, 18);

describe('how long ago something was', () => {
  const cases: [number, string][] = [
    [-5000, '0 s ago'],
    [999, '0 s ago'],
    [119_999, '119 s ago'],
    [120_000, '2 min ago'],
    [7_199_999, '119 min ago'],
    [7_200_000, '2 h ago'],
    [47 * 3_600_000, '47 h ago'],
    [48 * 3_600_000, '2026-11-18 18:00'],
  ];
  for (const [ms, text] of cases)
    it(`is "${text}" after ${ms} ms`, () => {
      assert.equal(ago(NOW - ms, NOW), text);
    });
});

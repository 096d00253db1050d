import assert from 'node:assert/strict';
import { nextStep, type NextStep, type Outage } from '../../../activities/capture/reconnect.js';
import { ERRORS, type ErrorCode } from '../../../contracts/errors.js';

const WINDOW_MS = 60_000;
const T0 = 1_700_000_000_000;
const outage = (change: Partial<Outage> = {}): Outage => ({
  code: 'source-unreachable',
  sinceMs: T0,
  nowMs: T0 + 1000,
  attempt: 1,
  hasPictures: true,
  isFinite: false,
  ...change,
});
const step = (change: Partial<Outage>, random = 1): NextStep =>
  nextStep(outage(change), { windowMs: WINDOW_MS, random });

describe('what follows when a source fails', () => {
  const cases: [title: string, change: Partial<Outage>, kind: NextStep['kind']][] = [
    ['another try inside the window', {}, 'retry'],
    ['another try in the last millisecond of the window', { nowMs: T0 + WINDOW_MS - 1 }, 'retry'],
    ['the end of the session when the window is over', { nowMs: T0 + WINDOW_MS }, 'end'],
    ['failure when the window is over without a picture', { nowMs: T0 + WINDOW_MS, hasPictures: false }, 'fail'],
    ['another try while there is no picture yet', { hasPictures: false }, 'retry'],
    ['failure at once where no try can help', { hasPictures: false, code: 'source-refused' }, 'fail'],
    ['another try where it has helped before', { code: 'source-refused' }, 'retry'],
    ['the end of a source that has one', { isFinite: true, code: 'source-ended' }, 'end'],
    ['the end of a source that has one, whatever it said', { isFinite: true, code: 'source-failed' }, 'end'],
    ['another try at a clip that gave nothing', { isFinite: true, hasPictures: false }, 'retry'],
  ];
  for (const [title, change, kind] of cases) it(`is ${title}`, () => assert.equal(step(change).kind, kind));

  it('fails at once for exactly the final codes of the catalogue while there is no picture', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      assert.equal(step({ code, hasPictures: false }).kind, ERRORS[code].retryable ? 'retry' : 'fail', code);
      assert.equal(step({ code }).kind, 'retry', code);
    }
  });

  it('is no retry at all where the window is 0', () => {
    assert.equal(nextStep(outage({ nowMs: T0 }), { windowMs: 0, random: 0.5 }).kind, 'end');
  });
});

describe('the wait before the next try', () => {
  for (const [attempt, longestMs] of [
    [1, 250],
    [2, 500],
    [3, 1000],
    [6, 8000],
    [7, 8000],
    [2000, 8000],
  ] as const) {
    it(`is ${longestMs / 2} to ${longestMs} ms after ${attempt} tries`, () => {
      assert.deepEqual(step({ attempt }, 0), { kind: 'retry', delayMs: longestMs / 2 });
      assert.deepEqual(step({ attempt }, 1), { kind: 'retry', delayMs: longestMs });
    });
  }

  it('never reaches past the window', () => {
    assert.deepEqual(step({ attempt: 9, nowMs: T0 + WINDOW_MS - 300 }), { kind: 'retry', delayMs: 300 });
  });
});

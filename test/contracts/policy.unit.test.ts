import assert from 'node:assert/strict';
import { problemOf, type ErrorCode } from '../../contracts/errors.js';
import {
  policyAfter,
  DEFAULT_RATES,
  initialPolicy,
  parsePolicyChange,
  parseStreamRequest,
  type PolicyChange,
} from '../../contracts/stream.js';

const settingsOf = (capture: object) =>
  parseStreamRequest({ streamId: 'cam1', source: { url: 'rtmp://h/app/key' }, capture });

describe('the first policy of a stream', () => {
  it('is its interval', () => {
    assert.deepEqual(initialPolicy(settingsOf({ everyMs: 250 })), { revision: 0, everyMs: 250, isPaused: false });
  });

  it('is the rate of its level, its own or the default', () => {
    const own = initialPolicy(settingsOf({ everyMs: { calm: 7000, wild: 200 }, risk: 'wild' }));
    assert.deepEqual(own, { revision: 0, everyMs: 200, risk: 'wild', isPaused: false });
    assert.equal(initialPolicy(settingsOf({ risk: 'high' })).everyMs, DEFAULT_RATES['high']);
  });

  it('is its interval where it also names a level', () => {
    const policy = initialPolicy(settingsOf({ everyMs: 700, risk: 'low' }));
    assert.deepEqual(policy, { revision: 0, everyMs: 700, risk: 'low', isPaused: false });
  });
});

describe('a change of policy', () => {
  const settings = settingsOf({ risk: 'low' });
  const first = initialPolicy(settings);
  const cases: [what: string, change: PolicyChange, expected: object][] = [
    ['an interval keeps the level', { everyMs: 300 }, { everyMs: 300, risk: 'low', isPaused: false }],
    ['a level brings its rate', { risk: 'critical' }, { everyMs: 250, risk: 'critical', isPaused: false }],
    ['an interval wins over a level', { risk: 'high', everyMs: 300 }, { everyMs: 300, risk: 'high', isPaused: false }],
    ['a pause keeps the rate', { paused: true }, { everyMs: 5000, risk: 'low', isPaused: true }],
    ['nothing keeps everything', {}, { everyMs: 5000, risk: 'low', isPaused: false }],
  ];
  for (const [what, change, expected] of cases) {
    it(`counts, and ${what}`, () => {
      assert.deepEqual(policyAfter(first, { change, settings }), { revision: 1, ...expected });
    });
  }

  it('leaves the old policy as it was', () => {
    const before = { ...first };
    policyAfter(first, { change: { everyMs: 100, paused: true }, settings });
    assert.deepEqual(first, before);
  });

  it('is refused for a level without a rate', () => {
    for (const risk of ['doom', 'constructor']) {
      assert.throws(
        () => policyAfter(first, { change: { risk }, settings }),
        (error) => problemOf(error)?.code === 'risk-level-unknown',
      );
    }
  });

  const bad: [input: unknown, code: ErrorCode, says: RegExp][] = [
    [null, 'request-invalid', /expected object/],
    [{ everyMS: 500 }, 'request-invalid', /expected no fields but everyMs, risk, paused, got everyMS/],
    [{ everyMs: 99 }, 'interval-out-of-range', /expected at least 100 ms, got 99/],
    [{ everyMs: '1s' }, 'interval-out-of-range', /expected a whole number.*got "1s"/],
    [{ everyMs: null }, 'interval-out-of-range', /expected a whole number.*got null/],
    [{ risk: 'HIGH' }, 'request-invalid', /^risk: expected a lower-case word, got "HIGH"/],
    [{ paused: 'yes' }, 'request-invalid', /^paused: .*expected boolean.*got "yes"/],
  ];
  for (const [input, code, says] of bad) {
    it(`is refused as ${code}: ${JSON.stringify(input)}`, () => {
      assert.throws(
        () => parsePolicyChange(input),
        (error) => {
          assert.equal(problemOf(error)?.code, code);
          assert.match(problemOf(error)?.message ?? '', says);
          return true;
        },
      );
    });
  }
});

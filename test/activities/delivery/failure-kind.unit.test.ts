import assert from 'node:assert/strict';
import { failureKindOf, pauseAfter } from '../../../activities/delivery/failure-kind.js';
import { fault } from '../../../contracts/errors.js';

describe('what a failed delivery says', () => {
  for (const [code, kind] of [
    ['store-unreachable', 'outage'],
    ['events-unreachable', 'outage'],
    ['store-denied', 'denied'],
    ['events-denied', 'denied'],
    ['object-refused', 'poison'],
    ['event-refused', 'poison'],
    ['spool-corrupt', 'poison'],
    ['store-conflict', 'passing'],
    ['spool-unusable', 'passing'],
  ] as const) {
    it(`is ${kind} for ${code}`, () => assert.equal(failureKindOf(fault(code, 'x')), kind));
  }

  it('is an outage where nobody has catalogued it', () => assert.equal(failureKindOf(new Error('x')), 'outage'));

  it('is followed by a pause that grows to two seconds and is never the same for two hosts', () => {
    assert.deepEqual(
      [1, 2, 3, 6, 60].map((attempts) => pauseAfter(attempts, 0)),
      [50, 100, 200, 1000, 1000],
    );
    assert.equal(pauseAfter(60, 0.999) < 2000, true);
  });
});

import assert from 'node:assert/strict';
import { afterFailure, NO_FAILURES } from '../../../adapters/consumer/after-failure.js';
import { createLanes } from '../../../adapters/consumer/lanes.js';
import { createWatermark } from '../../../adapters/consumer/watermark.js';
import { fault } from '../../../contracts/errors.js';

describe('a watermark', () => {
  const rows: { title: string; settled: bigint[]; position: bigint }[] = [
    { title: 'stays before the oldest that is open', settled: [12n, 15n], position: 10n },
    { title: 'moves to the next that is open', settled: [10n, 15n], position: 12n },
    { title: 'passes all that was settled before', settled: [12n, 10n], position: 15n },
    { title: 'ends behind the last one', settled: [15n, 10n, 12n], position: 16n },
  ];
  for (const { title, settled, position } of rows) {
    it(title, () => {
      const mark = createWatermark(7n);
      for (const offset of [10n, 12n, 15n]) mark.read({ offset, next: offset + 1n });
      for (const offset of settled) mark.settled(offset);
      assert.equal(mark.position, position);
    });
  }

  it('begins where the reader begins', () => assert.equal(createWatermark(7n).position, 7n));
});

describe('lanes', () => {
  const rows: { title: string; steps: string[]; taken: string[] }[] = [
    { title: 'give one thing of a key', steps: ['+a1', '+a2', '?', '?'], taken: ['a1', '-'] },
    {
      title: 'give the next of a key once the one before is over',
      steps: ['+a1', '+a2', '?', '!a', '?'],
      taken: ['a1', 'a2'],
    },
    { title: 'give other keys meanwhile', steps: ['+a1', '+a2', '+b1', '?', '?'], taken: ['a1', 'b1'] },
    {
      title: 'give no more at once than they may',
      steps: ['+a1', '+b1', '+c1', '?', '?', '?'],
      taken: ['a1', 'b1', '-'],
    },
    {
      title: 'go on where there is room again',
      steps: ['+a1', '+b1', '+c1', '?', '?', '!b', '?'],
      taken: ['a1', 'b1', 'c1'],
    },
    {
      title: 'let no key overtake all others',
      steps: ['+a1', '+a2', '+b1', '?', '!a', '?', '?'],
      taken: ['a1', 'b1', 'a2'],
    },
    { title: 'take a key that was empty', steps: ['+a1', '?', '!a', '?', '+a2', '?'], taken: ['a1', '-', 'a2'] },
  ];
  for (const { title, steps, taken } of rows) {
    it(title, () => {
      const lanes = createLanes<string>({ concurrency: 2 });
      const found: string[] = [];
      for (const [verb = '', key = '', number = ''] of steps) {
        if (verb === '+') lanes.add(key, key + number);
        else if (verb === '!') lanes.done(key);
        else found.push(lanes.take()?.thing ?? '-');
      }
      assert.deepEqual(found, taken);
    });
  }
});

describe('after a failure', () => {
  const away = fault('store-unreachable', 'away');
  const own = new Error('own');
  const rows: { title: string; error: Error; failures: { own: number; away: number }; then: string }[] = [
    { title: 'a record comes again soon', error: own, failures: NO_FAILURES, then: 'again after 100' },
    { title: 'later ones come later', error: own, failures: { own: 2, away: 0 }, then: 'again after 400' },
    {
      title: 'the fifth for its own reason makes it poison',
      error: own,
      failures: { own: 4, away: 0 },
      then: 'poison',
    },
    { title: 'an outage is waited out', error: away, failures: { own: 4, away: 100 }, then: 'again after 10000' },
    {
      title: 'what is refused counts as its own',
      error: fault('store-denied', 'no'),
      failures: { own: 4, away: 9 },
      then: 'poison',
    },
  ];
  for (const { title, error, failures, then } of rows) {
    it(title, () => {
      const found = afterFailure(error, failures);
      assert.equal(found.kind === 'again' ? `again after ${found.afterMs}` : found.kind, then);
    });
  }
});

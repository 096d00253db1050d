import assert from 'node:assert/strict';
import { createBacklog, type Waiting } from '../../../activities/delivery/backlog.js';

interface Named extends Waiting {
  name: string;
}

const live = (name: string, everyMs = 1000): Named => ({ name, everyMs, isLate: false });
const late = (name: string, everyMs = 1000): Named => ({ name, everyMs, isLate: true });

describe('what waits for delivery', () => {
  for (const [what, items, delivered, shed] of [
    ['new frames alone', [live('a'), live('b'), live('c')], 'abc', 'abc'],
    ['frames of an earlier process alone', [late('x'), late('y')], 'xy', 'xy'],
    ['both', [late('x'), late('y'), ...[...'abcdefg'].map((name) => live(name))], 'abcxdefyg', 'xyabcdefg'],
    ['streams of several rates', [live('a', 100), live('b', 5000), live('c', 1000), live('d', 5000)], 'abcd', 'bdca'],
    ['a late frame of a fast stream', [live('a', 5000), late('x', 100)], 'ax', 'xa'],
  ] as const) {
    it(`is delivered and shed in the stated order: ${what}`, () => {
      assert.equal(namesOf(items, 'next'), delivered);
      assert.equal(namesOf(items, 'victim'), shed);
    });
  }

  it('counts what is left', () => {
    const backlog = createBacklog<Named>();
    for (const item of [live('a'), late('x'), live('b')]) backlog.add(item);
    assert.equal(backlog.size, 3);
    assert.equal(backlog.lateSize, 1);
    backlog.victim();
    assert.equal(backlog.size, 2);
    assert.equal(backlog.lateSize, 0);
    backlog.next();
    backlog.next();
    assert.equal(backlog.size, 0);
    assert.equal(backlog.next(), undefined);
    assert.equal(backlog.victim(), undefined);
  });
});

function namesOf(items: readonly Named[], take: 'next' | 'victim'): string {
  const backlog = createBacklog<Named>();
  for (const item of items) backlog.add(item);
  let names = '';
  for (let item = backlog[take](); item; item = backlog[take]()) names += item.name;
  return names;
}

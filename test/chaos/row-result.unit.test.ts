import assert from 'node:assert/strict';
import { checkSession } from '../../chaos/check-session.js';
import { differencesFrom, sumFigures, type StreamOutcome } from '../../chaos/row-result.js';
import type { Expectation } from '../../chaos/row.js';
import { frame, frames, gap, ledger, objects, part, run, slot } from './sessions.js';

/** Slots 0 to 3 and 10 to 14 are stored, the others are lost with the worker. */
function outcome(streamId: string): StreamOutcome {
  const sealed = ledger(part([0, 15], { stored: [run(0, 3), run(10, 14)], gaps: [gap(4, 9, 'worker-lost')] }));
  const events = [...frames(0, 3), ...frames(10, 14)];
  return {
    streamId,
    check: checkSession({ ledger: sealed, events, objects: objects(0, 14), storeUrl: 's3://bucket' }),
  };
}

const fault = { beganAtMs: slot(3) + 500, endedAtMs: slot(4) };

describe('the figures of a row', () => {
  it('add up streams and take the worst second', () => {
    const delayed = outcome('b');
    for (const each of delayed.check.slots) if (each.slotMs === slot(3)) each.arrivedAtMs = slot(30);
    const figures = sumFigures([outcome('a'), delayed], { fault });
    assert.equal(figures.due, 30);
    assert.equal(figures.stored, 18);
    assert.deepEqual(figures.gapsByReason, { 'worker-lost': 12 });
    assert.equal(figures.recoverySeconds, 6.5);
    assert.equal(figures.longestGapSeconds, 7);
    assert.deepEqual(figures.unseenSeconds, { a: 7, b: 7 });
    assert.equal(figures.catchUpSeconds, 26);
  });

  it('count the recovery from the end of the fault where the row says so', () => {
    assert.equal(sumFigures([outcome('a')], { fault, recoveryFrom: 'end' }).recoverySeconds, 6);
  });

  it('say that a stream never recovered', () => {
    const late = { beganAtMs: slot(20), endedAtMs: slot(20) };
    assert.equal(sumFigures([outcome('a')], { fault: late }).recoverySeconds, null);
  });
});

describe('what a row expects', () => {
  const differences = (expect: Expectation, { isShort = false, outcomes = [outcome('a')] } = {}): string[] =>
    differencesFrom({ expect }, { outcomes, figures: sumFigures(outcomes, { fault }), isShort });

  for (const [name, expect, isShort, found] of [
    ['is met', { gaps: { 'worker-lost': 10 }, recoverySeconds: 10 }, false, []],
    ['is met at its limit', { gaps: { 'worker-lost': 6 }, recoverySeconds: 6.5 }, false, []],
    [
      'has no such gap in it',
      { gaps: { 'source-offline': 10 }, recoverySeconds: 10 },
      false,
      ['a: 6 s of gaps worker-lost, expected none'],
    ],
    [
      'has less of it in the short table',
      { gaps: { 'worker-lost': { full: 10, short: 5 } }, recoverySeconds: 10 },
      true,
      ['a: 6 s of gaps worker-lost, expected 5 s at most'],
    ],
    [
      'is a quicker recovery',
      { gaps: { 'worker-lost': 10 }, recoverySeconds: { full: 5, short: 1 } },
      false,
      ['recovery took 6.5 s, expected 5 s at most'],
    ],
    [
      'is a stream that is seen more often',
      { gaps: { 'worker-lost': 10 }, recoverySeconds: 10, unseenSeconds: { full: 6, short: 3 } },
      false,
      ['a: unseen for 7 s, expected 6 s at most'],
    ],
    [
      'is the use of a second store',
      { gaps: { 'worker-lost': 10 }, mustUseBackup: true, recoverySeconds: 10 },
      false,
      ['no frame went to the second store'],
    ],
    [
      'is a fault that bites',
      { gaps: { 'worker-lost': 10 }, mustSee: ['spool-full'], recoverySeconds: 10 },
      false,
      ['no gap spool-full: the fault did not bite'],
    ],
  ] as const satisfies [string, Expectation, boolean, string[]][])
    it(name, () => assert.deepEqual(differences(expect, { isShort }), found));

  it('is never a slot without an explanation, nor one with two pictures', () => {
    const sealed = ledger(part([0, 5], { stored: [run(0, 4)] }));
    const events = [...frames(0, 3), frame(2, { sha256: 'another' })];
    const check = checkSession({ ledger: sealed, events, objects: objects(0, 4), storeUrl: 's3://bucket' });
    const found = differences({ gaps: {}, recoverySeconds: 10 }, { outcomes: [{ streamId: 'a', check }] });
    assert.equal(found.length, 3);
    assert.match(found.join('\n'), /due slots without a frame[^]*two different pictures[^]*no frame after the fault/);
  });
});

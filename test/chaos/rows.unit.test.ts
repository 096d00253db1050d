import assert from 'node:assert/strict';
import { ROWS } from '../../chaos/rows.js';
import { describeFault, secondsOf, type FaultSpan, type FaultStep } from '../../chaos/row.js';

const SHORT_SECONDS = 60;

const stepsOf = (steps: readonly FaultStep[]): FaultStep[] =>
  steps.flatMap((step) => (step.do === 'repeat' ? [step, ...stepsOf(step.steps)] : [step]));

const secondsIn = (steps: readonly FaultStep[], isShort: boolean): number =>
  steps.reduce((sum, step) => {
    if (step.do === 'repeat') return sum + secondsOf(step.times, isShort) * secondsIn(step.steps, isShort);
    const span: FaultSpan = step.do === 'wait' ? step.for : step.do === 'wait-randomly' ? step.upTo : 0;
    return sum + secondsOf(span, isShort);
  }, 0);

describe('the fault table', () => {
  it('names each row once, as a word that streams and folders may have', () => {
    const names = ROWS.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
    for (const name of names) assert.match(name, /^[a-z0-9-]{1,40}$/);
  });

  it('does something in each row, and takes the fault back', () => {
    for (const { name, before = [], steps } of ROWS) {
      const all = stepsOf([...before, ...steps]);
      assert.ok(
        all.some((step) => !step.do.startsWith('wait')),
        name,
      );
      const count = (isWanted: (step: FaultStep) => boolean): number => all.filter(isWanted).length;
      const links = count((step) => step.do === 'link');
      assert.equal(links, 2 * count((step) => step.do === 'link' && step.mode.kind === 'pass'), name);
      const kills = count((step) => step.do === 'server' && step.action !== 'start');
      assert.equal(
        kills,
        count((step) => step.do === 'server' && step.action === 'start'),
        name,
      );
    }
  });

  it('waits a minute at most in each short row, and never longer than in the full one', () => {
    for (const { name, steps } of ROWS) {
      assert.ok(secondsIn(steps, true) <= SHORT_SECONDS, name);
      assert.ok(secondsIn(steps, true) <= secondsIn(steps, false), name);
    }
  });

  it('says how long a fault is', () => {
    for (const row of ROWS) {
      assert.equal(row.fault.includes('%'), row.extent !== undefined, row.name);
      assert.doesNotMatch(describeFault(row, true), /%/);
    }
    const row = ROWS.find(({ name }) => name === 'kafka-down')!;
    assert.match(describeFault(row, false), /after 3m$/);
    assert.match(describeFault(row, true), /after 15s$/);
  });

  it('expects a reason for each gap that it must see', () => {
    for (const { name, expect } of ROWS)
      for (const reason of expect.mustSee ?? []) assert.ok(expect.gaps[reason], name);
  });
});

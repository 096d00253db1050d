import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { createBreaker, type Passage } from '../../../activities/delivery/breaker.js';
import { fault } from '../../../contracts/errors.js';
import { createCounter } from '../capture/switchable.js';
import { QUICK } from './rig.js';

describe('a breaker', () => {
  const never = new AbortController().signal;
  setMaxListeners(0, never);
  const patient = { signal: never, leaveInMs: 60_000 };

  /** A destination that works or not, behind a breaker; it notes how many calls were under way at once. */
  function destination(failure = fault('store-unreachable', 'down')) {
    const breaker = createBreaker({ name: 'store', policy: QUICK });
    const calls = createCounter();
    const state = { isDown: true, active: 0, mostActive: 0 };
    const work = async (): Promise<string> => {
      calls.add();
      state.mostActive = Math.max(state.mostActive, (state.active += 1));
      await new Promise((resolve) => setTimeout(resolve, 2));
      state.active -= 1;
      if (state.isDown) throw failure;
      return 'done';
    };
    const open = async (): Promise<void> => {
      while (breaker.openForMs === 0) await breaker.pass(work, patient);
      state.mostActive = 0;
    };
    return { breaker, work, calls, state, open };
  }
  const kindOf = ({ kind }: Passage<unknown>): string => kind;

  it('makes of an outage one loop of tries, and lets all through at once when it is over', async () => {
    const { breaker, work, calls, state, open } = destination();
    await open();
    const until = async (): Promise<string> => {
      for (;;) {
        const passage = await breaker.pass(work, patient);
        if (passage.kind === 'passed') return passage.value;
      }
    };
    const waiting = Array.from({ length: 100 }, until);
    const before = calls.count;
    await calls.reached(before + 5);
    assert.equal(state.mostActive, 1, 'one probe at a time');
    assert.ok(calls.count < before + 10);
    state.isDown = false;
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['done']));
    assert.ok(state.mostActive > 90, `${state.mostActive} at once`);
    assert.equal(breaker.openForMs, 0);
  });

  it('refuses after a few tries where access is denied, and asks again with those that come', async () => {
    const { breaker, work, calls, state, open } = destination(fault('store-denied', 'no'));
    await open();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => breaker.pass(work, patient)));
    // All but the probes wait, until there have been enough of these.
    for (
      let next = await breaker.pass(work, patient);
      next.kind === 'failed';
      next = await breaker.pass(work, patient)
    );
    assert.ok(outcomes.map(kindOf).includes('refused'));
    assert.ok(calls.count <= 8, `${calls.count} calls`);
    state.isDown = false;
    let passage = await breaker.pass(work, patient);
    while (passage.kind !== 'passed') {
      assert.equal(passage.kind, 'refused');
      await new Promise((resolve) => setTimeout(resolve, 5));
      passage = await breaker.pass(work, patient);
    }
  });

  it('lets those go who wait no longer', async () => {
    const { breaker, work, open } = destination();
    await open();
    const hurried = { ...patient, leaveInMs: 0 };
    assert.equal(kindOf(await breaker.pass(work, hurried)), 'left');
    const closing = new AbortController();
    const passing = breaker.pass(() => new Promise<never>(() => undefined), patient);
    const waiting = breaker.pass(work, { ...patient, signal: closing.signal });
    closing.abort(new Error('closed'));
    await assert.rejects(waiting, /closed/);
    await Promise.race([passing, Promise.resolve()]);
  });

  it('does not hold the failure of one frame against its destination', async () => {
    const { breaker, work, state } = destination(fault('object-refused', 'too large'));
    for (let turn = 0; turn < 10; turn += 1) assert.equal(kindOf(await breaker.pass(work, patient)), 'failed');
    assert.equal(breaker.openForMs, 0);
    state.isDown = false;
    assert.equal(kindOf(await breaker.pass(work, patient)), 'passed');
  });
});

import assert from 'node:assert/strict';
import { createGateKeeper } from '../../../media/source/gate-keeper.js';

interface Gate {
  everyMs: number;
  phaseMs: number;
}

const T0 = 1_700_000_000_000;

function keeper(everyMs: number) {
  let nowMs = T0;
  const gates: Gate[] = [];
  // No difference is made between 0 and -0.
  const setGate = ({ everyMs, phaseMs }: Gate) => gates.push({ everyMs, phaseMs: phaseMs + 0 });
  const open = () => createGateKeeper({ everyMs, nowMs: () => nowMs, setGate });
  return { gate: open(), open, gates, pass: (ms: number) => (nowMs += ms) };
}

describe('the gate keeper', () => {
  it('sets the gate at the first live picture, in phase with the slots', () => {
    const { gate, gates } = keeper(1000);
    gate.follow(T0 + 123);
    assert.deepEqual(gates, [{ everyMs: 500, phaseMs: -123 }]);
    const [{ everyMs, phaseMs }] = gates as [Gate];
    const slotInSourceMs = 877;
    assert.equal((slotInSourceMs - phaseMs) % everyMs, 0, 'a slot begins an interval');
  });

  it('does not repeat itself while the clock holds still', () => {
    const { gate, gates, pass } = keeper(1000);
    for (let index = 0; index < 100; index++) {
      gate.follow(T0 + (index % 5));
      pass(500);
    }
    assert.equal(gates.length, 1);
  });

  it('follows the clock, once a second at most', () => {
    const { gate, gates, pass } = keeper(1000);
    for (let index = 0; index < 50; index++) {
      gate.follow(T0 + index * 10);
      pass(100);
    }
    assert.ok(gates.length >= 4 && gates.length <= 6, `${gates.length} times`);
  });

  it('sets the gate of the next pull anew', () => {
    const { gate, open, gates, pass } = keeper(1000);
    gate.follow(T0);
    gate.follow(T0 + 50);
    pass(10);
    open().follow(T0);
    assert.equal(gates.length, 2);
  });

  it('opens for a higher rate at once, and says how long ffmpeg may take', () => {
    const { gate, gates } = keeper(1000);
    gate.follow(T0);
    assert.equal(gate.change(400), 150);
    assert.equal(gate.change(100), 150);
    assert.deepEqual(gates.slice(1), [
      { everyMs: 200, phaseMs: 0 },
      { everyMs: 0, phaseMs: 0 },
    ]);
  });

  it('narrows for a lower rate without a wait', () => {
    const { gate, gates } = keeper(100);
    gate.follow(T0);
    assert.equal(gate.change(5000), 0);
    assert.deepEqual(gates.at(-1), { everyMs: 1000, phaseMs: 0 });
  });

  it('has nothing to send where the rate needs the same width, or the pull is not on the grid yet', () => {
    const { gate, gates } = keeper(5000);
    assert.equal(gate.change(100), 0);
    assert.equal(gate.change(5000), 0);
    assert.deepEqual(gates, []);
    gate.follow(T0);
    assert.equal(gate.change(10_000), 0);
    assert.deepEqual(gates, [{ everyMs: 1000, phaseMs: 0 }]);
  });

  it('stays open while changes follow each other, and narrows when they are over', () => {
    const { gate, gates, pass } = keeper(1000);
    gate.follow(T0);
    gate.change(2000);
    pass(50);
    gate.change(1500);
    for (const everyMs of [800, 900, 2500]) gate.change(everyMs);
    assert.deepEqual(gates.slice(2), [{ everyMs: 0, phaseMs: 0 }]);
    pass(1500);
    gate.follow(T0);
    assert.equal(gates.at(-1)?.everyMs, 2500 / 3);
  });
});

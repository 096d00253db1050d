import assert from 'node:assert/strict';
import { createSlotClock } from '../../../media/source/slot-clock.js';
import { random } from '../../contracts/random.js';

interface Arrival {
  ptsMs: number;
  arrivedMs: number;
}

const T0 = 1_700_000_000_000;
const FRAME_MS = 40;

const observeAll = (arrivals: readonly Arrival[]) => {
  const clock = createSlotClock();
  return arrivals.map((arrival) => ({ ...arrival, ...clock.observe(arrival) }));
};
const frames = (count: number, at: (index: number) => Arrival): Arrival[] =>
  Array.from({ length: count }, (_, index) => at(index));
/** A picture each 40 ms that arrives `delayMs` after it was made. */
const steady = (count: number, { fromIndex = 0, delayMs = 0 } = {}): Arrival[] =>
  frames(count, (index) => {
    const ptsMs = (fromIndex + index) * FRAME_MS;
    return { ptsMs, arrivedMs: T0 + ptsMs + delayMs };
  });

describe('the slot clock', () => {
  it('gives pictures of a steady source the time of their arrival', () => {
    for (const { timeMs, arrivedMs } of observeAll(steady(500))) assert.equal(timeMs, arrivedMs);
  });

  it('takes the jitter of the network out', () => {
    const { int } = random(1);
    const jittered = steady(500).map(({ ptsMs, arrivedMs }) => ({ ptsMs, arrivedMs: arrivedMs + int(0, 30) }));
    const seen = observeAll(jittered).slice(100);
    for (const [index, { timeMs }] of seen.slice(1).entries()) {
      const beforeMs = seen[index]?.timeMs ?? 0;
      assert.ok(Math.abs(timeMs - beforeMs - FRAME_MS) <= 1, `${timeMs - beforeMs} ms apart`);
    }
  });

  it('does not take the stored GOP that a server opens with for live pictures', () => {
    const burst = frames(50, (index) => ({ ptsMs: index * FRAME_MS, arrivedMs: T0 + index }));
    const live = frames(50, (index) => ({
      ptsMs: (50 + index) * FRAME_MS,
      arrivedMs: T0 + 49 + (index + 1) * FRAME_MS,
    }));
    const seen = observeAll([...burst, ...live]);
    assert.ok(seen.slice(1, 50).every(({ isLive }) => !isLive));
    assert.ok(seen.slice(51).every(({ isLive }) => isLive));
    for (const { timeMs, arrivedMs } of seen.slice(51)) assert.equal(timeMs, arrivedMs);
  });

  it('waits one second at most for the end of a burst', () => {
    const endless = observeAll(frames(200, (index) => ({ ptsMs: index * FRAME_MS, arrivedMs: T0 + index * 10 })));
    assert.equal(
      endless.findIndex(({ isLive }) => isLive),
      101,
    );
  });

  it('leaves pictures that a stall held up at the time when they were made', () => {
    const before = steady(100);
    const held = steady(75, { fromIndex: 100 }).map(({ ptsMs }, index) => ({ ptsMs, arrivedMs: T0 + 7000 + index }));
    const seen = observeAll([...before, ...held, ...steady(100, { fromIndex: 176 })]);
    for (const { timeMs, ptsMs, isLive } of seen.slice(1)) {
      assert.equal(timeMs, T0 + ptsMs);
      assert.ok(isLive);
    }
  });

  it('follows a source whose clock runs 1 % slow, a slot at most behind and none jumped over', () => {
    const seen = observeAll(
      frames(15_000, (index) => ({ ptsMs: index * FRAME_MS, arrivedMs: T0 + index * FRAME_MS * 1.01 })),
    );
    for (const { timeMs, arrivedMs } of seen) assert.ok(arrivedMs - timeMs <= 200, `${arrivedMs - timeMs} ms behind`);
    const steps = seen.slice(1).map(({ timeMs }, index) => timeMs - (seen[index]?.timeMs ?? 0));
    assert.ok(Math.max(...steps) <= FRAME_MS + 100);
  });

  it('follows a source whose clock runs 1 % fast at once', () => {
    const seen = observeAll(
      frames(5000, (index) => ({ ptsMs: index * FRAME_MS, arrivedMs: T0 + index * FRAME_MS * 0.99 })),
    );
    for (const { timeMs, arrivedMs } of seen) assert.equal(timeMs, arrivedMs);
  });

  it('goes on with the wall where time stamps stand still', () => {
    const seen = observeAll(frames(1500, (index) => ({ ptsMs: 1000, arrivedMs: T0 + index * FRAME_MS })));
    for (const { timeMs, arrivedMs } of seen) assert.ok(arrivedMs - timeMs <= 10_000);
    assert.ok((seen.at(-1)?.timeMs ?? 0) > T0 + 45_000);
  });

  it('starts anew after a silence of ten minutes that the time stamps do not tell', () => {
    const after = frames(200, (index) => ({
      ptsMs: (100 + index) * FRAME_MS,
      arrivedMs: T0 + 600_000 + (100 + index) * FRAME_MS,
    }));
    for (const { timeMs, arrivedMs } of observeAll([...steady(100), ...after]).slice(1))
      assert.equal(timeMs, arrivedMs);
  });

  it('stays on the wall over a silence of ten minutes that the time stamps tell', () => {
    const seen = observeAll([...steady(100), ...steady(100, { fromIndex: 15_100 })]);
    for (const { timeMs, arrivedMs } of seen) assert.equal(timeMs, arrivedMs);
  });

  it('catches up with a delay of seconds that stays, once it has seen that it stays', () => {
    const late = steady(400, { fromIndex: 100, delayMs: 5000 });
    const seen = observeAll([...steady(100), ...late]);
    assert.equal(seen.at(-1)?.timeMs, seen.at(-1)?.arrivedMs);
  });

  it('never gives a time in the future, nor one before the last, whatever arrives', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { int } = random(seed);
      let arrivedMs = T0;
      let ptsMs = int(0, 1_000_000);
      const arrivals = frames(400, () => {
        arrivedMs += int(0, 9) === 0 ? int(0, 15_000) : int(0, 80);
        ptsMs += int(0, 19) === 0 ? int(0, 10_000) : int(0, 80);
        return { ptsMs, arrivedMs };
      });
      let lastMs = -Infinity;
      for (const { timeMs, arrivedMs: atMs } of observeAll(arrivals)) {
        assert.ok(timeMs <= atMs, `seed ${seed}: ${timeMs - atMs} ms in the future`);
        assert.ok(timeMs >= lastMs, `seed ${seed}: ${lastMs - timeMs} ms back`);
        lastMs = timeMs;
      }
    }
  });
});

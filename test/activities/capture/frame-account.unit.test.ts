import assert from 'node:assert/strict';
import { createFrameAccount, type AccountStart, type FrameAccount } from '../../../activities/capture/frame-account.js';
import { auditParts } from '../../../contracts/audit.js';
import { slotsOf } from '../../../contracts/slots.js';
import type { Policy } from '../../../contracts/stream.js';
import { SESSION, T0 } from './frames.js';

const policy = (everyMs: number, change: Partial<Policy> = {}): Policy => ({
  revision: 0,
  everyMs,
  isPaused: false,
  ...change,
});
const account = (everyMs: number, change: Partial<AccountStart> = {}): FrameAccount =>
  createFrameAccount({ session: SESSION, epoch: 1, host: 'here', policy: policy(everyMs), startMs: T0, ...change });

/** Offers pictures and stores each slot that they get; answers the slots, counted from T0. */
function store(from: FrameAccount, times: readonly number[]): number[] {
  return times.flatMap((time) => {
    const { slot } = from.offer(T0 + time, 'source-stalled');
    if (!slot) return [];
    from.settle(slot.slotMs, 'stored');
    return [slot.slotMs - T0];
  });
}
const range = (fromMs: number, untilMs: number, stepMs: number): number[] =>
  Array.from({ length: Math.ceil((untilMs - fromMs) / stepMs) }, (_, index) => fromMs + index * stepMs);
const stored = (from: FrameAccount): number[] =>
  from.part(0).stored.flatMap((run) => [...slotsOf(run)].map((slotMs) => slotMs - T0));
const gaps = (from: FrameAccount): [slot: number, reason: string][] =>
  from
    .part(0)
    .gaps.flatMap(({ reason, ...run }) => [...slotsOf(run)].map((slotMs): [number, string] => [slotMs - T0, reason]));
const audit = (...accounts: FrameAccount[]) => auditParts(accounts.map((each) => each.part(0))).differences;

describe('the account of frames', () => {
  it('gives each slot to the first picture in it', () => {
    const slots = store(account(1000), [10, 480, 990, 1000, 1999, 2500]);
    assert.deepEqual(slots, [0, 1000, 2000]);
  });

  it('begins with the slot of the first picture and has no gap before it', () => {
    const from = account(1000);
    assert.equal(from.firstSlotMs, undefined);
    assert.deepEqual(from.offer(T0 + 5700, 'worker-lost'), { slot: { slotMs: T0 + 5000, everyMs: 1000 }, gaps: [] });
    assert.equal(from.firstSlotMs, T0 + 5000);
  });

  it('tells the slots that were jumped over, once, as one gap', () => {
    const from = account(1000);
    store(from, [0]);
    const { slot, gaps: missed } = from.offer(T0 + 4100, 'source-offline');
    assert.equal(slot?.slotMs, T0 + 4000);
    assert.deepEqual(missed, [{ fromSlotMs: T0 + 1000, toSlotMs: T0 + 3000, everyMs: 1000, reason: 'source-offline' }]);
    assert.deepEqual(from.offer(T0 + 4900, 'source-offline'), { slot: undefined, gaps: [] });
  });

  it('takes no picture that comes before what is accounted for', () => {
    const from = account(1000);
    store(from, [5000]);
    assert.deepEqual(from.offer(T0 + 3000, 'source-stalled'), { slot: undefined, gaps: [] });
    assert.deepEqual(stored(from), [5000]);
  });

  it('is final up to the first frame on its way, in whatever order frames settle', () => {
    const from = account(1000);
    for (const time of [0, 1000, 2000, 4000]) from.offer(T0 + time, 'source-stalled');
    from.settle(T0 + 2000, 'stored');
    from.settle(T0 + 4000, 'spool-full');
    assert.equal(from.part(0).untilMs, 0);
    assert.equal(from.part(0).counts.due, 0);
    assert.equal(from.progress.pending, 2);
    from.settle(T0, 'stored');
    assert.equal(from.part(0).untilMs, T0 + 1);
    from.settle(T0 + 1000, 'stored');
    assert.equal(from.part(0).untilMs, T0 + 4001);
    assert.deepEqual(stored(from), [0, 1000, 2000]);
    assert.deepEqual(gaps(from), [
      [3000, 'source-stalled'],
      [4000, 'spool-full'],
    ]);
    assert.deepEqual(from.part(0).counts, { due: 5, stored: 3, gaps: 2 });
    assert.deepEqual(audit(from), []);
  });

  it('settles a slot once', () => {
    const from = account(1000);
    from.offer(T0, 'source-stalled');
    from.settle(T0, 'stored');
    from.settle(T0, 'spool-full');
    from.settle(T0 + 77, 'stored');
    assert.deepEqual(stored(from), [0]);
    assert.deepEqual(gaps(from), []);
  });

  it('closes with gaps up to its end, and keeps to that end', () => {
    const from = account(1000);
    store(from, [0]);
    assert.equal(from.close(T0 + 3500, 'source-offline').length, 1);
    assert.deepEqual(from.close(T0 + 3000, 'source-offline'), []);
    assert.deepEqual(
      gaps(from).map(([slot]) => slot),
      [1000, 2000, 3000],
    );
    assert.equal(from.part(0).untilMs, T0 + 3500);
    assert.deepEqual(audit(from), []);
  });

  it('has nothing to close where no picture ever came', () => {
    const from = account(1000);
    assert.deepEqual(from.close(T0 + 9000, 'source-offline'), []);
    assert.deepEqual(from.part(5).counts, { due: 0, stored: 0, gaps: 0 });
  });
});

describe('a change of policy', () => {
  const changes: [title: string, from: number, to: number, atMs: number, answer: number, slots: number[]][] = [
    ['upward holds from the next slot of the new grid', 1000, 250, 2100, 2250, [0, 1000, 2000]],
    ['downward keeps no slot of the old grid once the new one has begun', 250, 1000, 2100, 3000, range(0, 2001, 250)],
    ['to a grid that does not meet the old one leaves no hole', 1000, 400, 2000, 2400, [0, 1000, 2000]],
    ['counts from the time at which the gate is open', 1000, 100, 2150, 2200, [0, 1000, 2000]],
  ];
  for (const [title, fromMs, toMs, atMs, answer, old] of changes) {
    it(title, () => {
      const from = account(fromMs);
      const before = store(from, range(0, atMs + 1, 50));
      const { fromSlotMs } = from.apply(policy(toMs, { revision: 1 }), T0 + atMs);
      const after = store(from, range(atMs + 50, 5000, 50));
      assert.equal((fromSlotMs ?? 0) - T0, answer);
      assert.deepEqual([...before, ...after], [...old, ...range(answer, 5000, toMs)]);
      assert.deepEqual(gaps(from), []);
      assert.deepEqual(audit(from), []);
    });
  }

  it('before the first picture holds from that picture on', () => {
    const from = account(1000);
    assert.deepEqual(from.apply(policy(500, { revision: 1 }), T0), {
      ...policy(500, { revision: 1 }),
      fromSlotMs: null,
    });
    assert.deepEqual(store(from, range(700, 2000, 100)), [500, 1000, 1500]);
    assert.deepEqual(audit(from), []);
  });

  it('is remembered with its first slot, for whoever asks again', () => {
    const from = account(1000);
    store(from, [0]);
    const { fromSlotMs } = from.apply(policy(500, { revision: 3 }), T0 + 100);
    assert.deepEqual(from.applied, { policy: policy(500, { revision: 3 }), fromSlotMs });
    assert.equal(from.progress.revision, 3);
  });

  it('that follows another at once replaces it', () => {
    const from = account(1000);
    store(from, [0]);
    from.apply(policy(5000), T0 + 100);
    from.apply(policy(250), T0 + 101);
    assert.deepEqual(store(from, range(102, 1100, 1)), [250, 500, 750, 1000]);
    assert.deepEqual(audit(from), []);
  });

  it('to a pause stores nothing and counts each slot as paused, known once the pause is over', () => {
    const from = account(1000);
    store(from, range(0, 1500, 100));
    from.apply(policy(1000, { isPaused: true }), T0 + 1500);
    assert.deepEqual(store(from, range(1500, 4500, 100)), []);
    from.apply(policy(1000), T0 + 4500);
    assert.deepEqual(store(from, range(4500, 6000, 100)), [5000]);
    assert.deepEqual(gaps(from), [
      [2000, 'paused'],
      [3000, 'paused'],
      [4000, 'paused'],
    ]);
    assert.deepEqual(audit(from), []);
  });

  it('does not make an outage before it a pause', () => {
    const from = account(1000);
    store(from, [0]);
    from.apply(policy(1000, { isPaused: true }), T0 + 2500);
    from.close(T0 + 4500, 'source-offline');
    assert.deepEqual(gaps(from), [
      [1000, 'source-offline'],
      [2000, 'source-offline'],
      [3000, 'paused'],
      [4000, 'paused'],
    ]);
  });
});

describe('an account that goes on where another ended', () => {
  const first = account(1000);
  store(first, range(0, 3500, 100));
  const { untilMs, timeline } = first.part(0);
  const next = (change: Partial<AccountStart> = {}): FrameAccount =>
    account(1000, { epoch: 2, continues: { untilMs, timeline }, startMs: T0 + 5200, ...change });

  it('accounts for the slots in between', () => {
    const second = next();
    assert.equal(second.firstSlotMs, T0 + 3001);
    const { gaps: missed } = second.offer(T0 + 6100, 'worker-lost');
    assert.deepEqual(missed, [{ fromSlotMs: T0 + 4000, toSlotMs: T0 + 5000, everyMs: 1000, reason: 'worker-lost' }]);
    second.settle(T0 + 6000, 'stored');
    assert.deepEqual(audit(first, second), []);
  });

  it('captures at the rate that was asked for in between, from its start on', () => {
    const second = next({ policy: policy(250, { revision: 4 }) });
    assert.deepEqual(second.applied, { policy: policy(250, { revision: 4 }), fromSlotMs: T0 + 5250 });
    store(second, range(6100, 7000, 50));
    assert.deepEqual(stored(second), [6000, 6250, 6500, 6750]);
    assert.deepEqual(
      gaps(second).map(([slot]) => slot),
      [4000, 5000, 5250, 5500, 5750],
    );
    assert.deepEqual(audit(first, second), []);
  });

  it('is paused where a pause was asked for in between', () => {
    const second = next({ policy: policy(1000, { revision: 1, isPaused: true }) });
    assert.deepEqual(store(second, range(6000, 9000, 100)), []);
    second.close(T0 + 8500, 'source-offline');
    assert.deepEqual(
      gaps(second).map(([slot, reason]) => `${slot} ${reason}`),
      ['4000 source-offline', '5000 source-offline', '6000 paused', '7000 paused', '8000 paused'],
    );
    assert.deepEqual(audit(first, second), []);
  });

  it('goes on with its own part after its host was lost, at the rate that was in force', () => {
    const before = next();
    store(before, range(5500, 6500, 100));
    before.apply(policy(250, { revision: 1 }), T0 + 6500);
    store(before, range(6500, 7500, 50));
    const after = next({ resumes: JSON.parse(JSON.stringify(before.part(0))), startMs: T0 + 9000 });
    store(after, range(9100, 9600, 50));
    assert.equal(after.firstSlotMs, before.firstSlotMs);
    assert.deepEqual(stored(after), [...stored(before), 9000, 9250, 9500]);
    assert.equal(after.progress.stored, stored(after).length);
    assert.deepEqual(audit(first, after), []);
  });
});

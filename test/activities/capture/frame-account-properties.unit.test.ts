import assert from 'node:assert/strict';
import { createFrameAccount, type FrameAccount } from '../../../activities/capture/frame-account.js';
import { auditParts } from '../../../contracts/audit.js';
import { GAP_REASONS, type Gap, type LedgerPart } from '../../../contracts/ledger.js';
import { dueRuns, slotsOf, type SlotRun } from '../../../contracts/slots.js';
import type { Policy } from '../../../contracts/stream.js';
import { random } from '../../contracts/random.js';
import { SESSION, T0 } from './frames.js';

const INTERVALS = [100, 125, 250, 333, 500, 1000, 2000];
const SEEDS = 250;

interface Life {
  account: FrameAccount;
  /** Given out and not settled yet. */
  pending: number[];
  /** As they were told when they were found. */
  told: Gap[];
  nowMs: number;
}

const copy = (part: LedgerPart): LedgerPart => JSON.parse(JSON.stringify(part)) as LedgerPart;
const allOf = (runs: readonly SlotRun[]): number[] => runs.flatMap((run) => [...slotsOf(run)]);

/** Pictures, changes, pauses and outages, with frames that settle in any order. */
function live(life: Life, { int }: ReturnType<typeof random>, eventCount: number): void {
  const { account } = life;
  for (let event = 0; event < eventCount; event++) {
    life.nowMs += int(0, 29) === 0 ? int(0, 8000) : int(0, 120);
    if (int(0, 24) === 0) account.apply(randomPolicy(account.policy, int), life.nowMs + (int(0, 1) === 0 ? 150 : 0));
    const { slot, gaps } = account.offer(life.nowMs - int(0, 60), GAP_REASONS[int(0, 4)] ?? 'shed');
    life.told.push(...gaps);
    if (slot) life.pending.push(slot.slotMs);
    while (life.pending.length > int(0, 6)) settleOne(life, int);
  }
}

function settleOne({ account, pending, told }: Life, int: ReturnType<typeof random>['int']): void {
  const [slotMs = 0] = pending.splice(int(0, pending.length - 1), 1);
  const isStored = int(0, 7) > 0;
  account.settle(slotMs, isStored ? 'stored' : 'spool-full');
  if (!isStored) told.push({ fromSlotMs: slotMs, toSlotMs: slotMs, everyMs: 1, reason: 'spool-full' });
}

function randomPolicy(policy: Policy, int: ReturnType<typeof random>['int']): Policy {
  const everyMs = INTERVALS[int(0, INTERVALS.length - 1)] ?? 1000;
  return { revision: policy.revision + 1, everyMs, isPaused: int(0, 3) === 0 };
}

function begin(seed: number): { life: Life; numbers: ReturnType<typeof random> } {
  const numbers = random(seed);
  const policy = { revision: 0, everyMs: INTERVALS[seed % INTERVALS.length] ?? 1000, isPaused: false };
  const account = createFrameAccount({ session: SESSION, epoch: 1, host: 'a', policy, startMs: T0 });
  return { life: { account, pending: [], told: [], nowMs: T0 + numbers.int(0, 3000) }, numbers };
}

describe('an account of random pictures, rates, pauses and outages', () => {
  it('has every due slot in exactly one of stored, gaps and pending, at any time', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { life, numbers } = begin(seed);
      for (let round = 0; round < 5; round++) {
        live(life, numbers, 60);
        const part = life.account.part(life.nowMs);
        if (part.timeline.length === 0) continue;
        assert.deepEqual(auditParts([copy(part)]).differences, [], `seed ${seed}`);
        assert.equal(life.account.progress.pending, life.pending.length);
        const oldestMs = Math.min(...life.pending, Infinity);
        assert.ok(part.untilMs <= oldestMs, `seed ${seed}: what is pending is not final`);
      }
    }
  });

  it('stores what was settled as stored, and tells each gap once with the reason that it keeps', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { life, numbers } = begin(seed);
      live(life, numbers, 300);
      while (life.pending.length > 0) settleOne(life, numbers.int);
      life.told.push(...life.account.close(life.nowMs, 'source-offline'));
      const { gaps } = life.account.part(life.nowMs);
      const kept = gaps.flatMap(({ reason, ...run }) => [...slotsOf(run)].map((slotMs) => `${slotMs} ${reason}`));
      const told = life.told.flatMap(({ reason, ...run }) => [...slotsOf(run)].map((slotMs) => `${slotMs} ${reason}`));
      assert.deepEqual(kept.sort(), told.sort(), `seed ${seed}`);
    }
  });

  it('ends where it was closed, with every slot before that accounted for', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { life, numbers } = begin(seed);
      live(life, numbers, 200);
      const { timeline } = life.account.part(0);
      life.account.close(life.nowMs + 5000, 'source-stalled');
      while (life.pending.length > 0) settleOne(life, numbers.int);
      const { fromMs, untilMs, stored, gaps } = life.account.part(0);
      if (life.account.firstSlotMs === undefined) continue;
      const due = allOf(dueRuns(timeline, { fromMs, untilMs: life.nowMs + 5000 }));
      assert.deepEqual([...allOf(stored), ...allOf(gaps)].sort(), due.sort(), `seed ${seed}`);
      assert.ok(untilMs >= life.nowMs + 5000);
    }
  });

  it('goes over to the next host, and to the next attempt, without a slot lost or counted twice', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { life, numbers } = begin(seed);
      const parts: LedgerPart[] = [];
      live(life, numbers, 100);
      for (let epoch = 2; epoch <= 5; epoch++) {
        const before = copy(life.account.part(life.nowMs));
        const isRetry = numbers.int(0, 2) === 0 && before.timeline.length > 0;
        if (!isRetry) parts.push(before);
        const continues = { untilMs: before.untilMs, timeline: before.timeline };
        life.nowMs += numbers.int(0, 5000);
        const policy = numbers.int(0, 1) === 0 ? randomPolicy(life.account.policy, numbers.int) : life.account.policy;
        life.account = createFrameAccount({
          session: SESSION,
          epoch,
          host: 'b',
          policy,
          startMs: life.nowMs,
          ...(isRetry ? { resumes: before } : continues.timeline.length > 0 ? { continues } : {}),
        });
        life.pending = [];
        live(life, numbers, 100);
      }
      parts.push(copy(life.account.part(life.nowMs)));
      assert.deepEqual(auditParts(parts).differences, [], `seed ${seed}`);
    }
  });
});

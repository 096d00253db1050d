import assert from 'node:assert/strict';
import { auditParts } from '../../contracts/audit.js';
import { GAP_REASONS, type LedgerPart } from '../../contracts/ledger.js';
import { gapSlots, ruledParts, sumCounts, withFound } from '../../contracts/ruled-parts.js';
import { dueRuns, slotsOf } from '../../contracts/slots.js';
import { partOf } from './parts.js';
import { random } from './random.js';

const shapeOf = (parts: LedgerPart[]) =>
  parts.map(({ epoch, fromMs, untilMs, counts }) => [epoch, fromMs, untilMs, counts.stored, counts.gaps]);

describe('parts of a ledger', () => {
  const cases: [string, LedgerPart[], (number | undefined)[][]][] = [
    [
      'stay as they are where they follow each other',
      [part(1, 0, 5000), part(2, 5000, 9000)],
      [
        [1, 0, 5000, 5, 0],
        [2, 5000, 9000, 4, 0],
      ],
    ],
    [
      'count up to where the next one begins',
      [part(1, 0, 8000), part(2, 5000, 9000)],
      [
        [1, 0, 5000, 5, 0],
        [2, 5000, 9000, 4, 0],
      ],
    ],
    [
      'are put in order of epoch, ten after nine',
      [part(10, 5000, 6000), part(9, 0, 5000)],
      [
        [9, 0, 5000, 5, 0],
        [10, 5000, 6000, 1, 0],
      ],
    ],
    [
      'may leave a hole',
      [part(1, 0, 3000), part(2, 5000, 6000)],
      [
        [1, 0, 3000, 3, 0],
        [2, 5000, 6000, 1, 0],
      ],
    ],
    [
      'are cut between two slots where the next one begins there',
      [part(1, 0, 8000), part(2, 4500, 9000)],
      [
        [1, 0, 4500, 5, 0],
        [2, 4500, 9000, 4, 0],
      ],
    ],
    [
      'give way to any later one, not to the next alone',
      [part(1, 0, 8000), part(2, 6000, 9000), part(3, 4000, 9000)],
      [
        [1, 0, 4000, 4, 0],
        [3, 4000, 9000, 5, 0],
      ],
    ],
    ['go where nothing of them is left', [part(1, 4000, 8000), part(2, 0, 9000)], [[2, 0, 9000, 9, 0]]],
    ['rule nothing without a picture', [part(1, 0, 4000), { ...part(2, 0, 0), timeline: [] }], [[1, 0, 4000, 4, 0]]],
    ['are none where there are none', [], []],
  ];
  for (const [title, parts, shape] of cases)
    it(title, () => {
      assert.deepEqual(shapeOf(ruledParts(parts)), shape);
      assert.deepEqual(ruledParts(ruledParts(parts)), ruledParts(parts), 'once more changes nothing');
    });

  it('leave what a host wrote that knew nothing of its successor out of the account', () => {
    const zombie = partOf({ epoch: 1, fromMs: 0, untilMs: 9000, gaps: { 2000: 'source-stalled', 7000: 'shed' } });
    const audit = auditParts([zombie, part(2, 5000, 12_000)]);
    assert.deepEqual(audit.counts, { due: 12, stored: 11, gaps: 1 });
    assert.deepEqual(audit.differences, []);
    assert.deepEqual(audit.gapsByReason, { 'source-stalled': 1 });
  });

  it('leave a hole between them unexplained', () => {
    const { differences, counts } = auditParts([part(1, 0, 3000), part(2, 5000, 6000)]);
    assert.deepEqual(differences, [
      { kind: 'unexplained', slotMs: 3000, epoch: 1 },
      { kind: 'unexplained', slotMs: 4000, epoch: 1 },
    ]);
    assert.equal(counts.due, 6);
  });

  it('leave a hole open where the host may still write of it', () => {
    const { differences, counts } = auditParts([part(1, 0, 3000), part(2, 5000, 6000)], { isOpen: () => true });
    assert.deepEqual(differences, []);
    assert.deepEqual(counts, { due: 4, stored: 4, gaps: 0 });
  });

  it('however they overlap, account for each slot that is due in exactly one of them', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const parts = randomParts(seed);
      const ruled = ruledParts(parts);
      const audit = auditParts(parts);
      const slots = ruled.flatMap(({ stored, gaps }) => [...stored, ...gaps].flatMap((run) => [...slotsOf(run)]));
      assert.equal(new Set(slots).size, slots.length, `seed ${seed}: none twice`);
      const due = ruled.flatMap(({ timeline, fromMs }, index) => {
        const untilMs = Math.max(ruled[index]!.untilMs, ruled[index + 1]?.fromMs ?? 0);
        return dueRuns(timeline, { fromMs, untilMs }).flatMap((run) => [...slotsOf(run)]);
      });
      const unexplained = audit.differences.map(({ kind, slotMs }) => {
        assert.equal(kind, 'unexplained', `seed ${seed}`);
        return slotMs;
      });
      const byNumber = (a: number, b: number): number => a - b;
      assert.deepEqual([...slots, ...unexplained].sort(byNumber), due.sort(byNumber), `seed ${seed}`);
      assert.deepEqual(audit.counts, {
        due: due.length,
        stored: sumCounts(ruled).stored,
        gaps: sumCounts(ruled).gaps,
      });
    }
  });
});

describe('gaps whose frame came after all', () => {
  const gaps = { 2000: 'worker-lost', 3000: 'worker-lost', 4000: 'worker-lost', 6000: 'shed' } as const;
  const before = partOf({ epoch: 1, fromMs: 0, untilMs: 9000, gaps });

  it('count as stored, and the rest stays as it was', () => {
    const after = withFound(before, new Set([3000, 6000]));
    assert.deepEqual(after.counts, { due: 9, stored: 7, gaps: 2 });
    assert.deepEqual(after.gaps, [
      { fromSlotMs: 2000, toSlotMs: 2000, everyMs: 1000, reason: 'worker-lost' },
      { fromSlotMs: 4000, toSlotMs: 4000, everyMs: 1000, reason: 'worker-lost' },
    ]);
    assert.deepEqual(auditParts([after]).differences, []);
  });

  it('change nothing where none did', () => {
    assert.deepEqual(withFound(before, new Set([1000, 99_000])), before);
  });

  it('are found by their reasons', () => {
    assert.deepEqual(gapSlots(before, new Set(['shed', 'dead-lettered'])), [6000]);
    assert.deepEqual(gapSlots(before, new Set(['worker-lost'])), [2000, 3000, 4000]);
  });
});

function part(epoch: number, fromMs: number, untilMs: number): LedgerPart {
  return partOf({ epoch, fromMs, untilMs });
}

/** Parts that may overlap, leave holes, contain each other and change their rate, in any order. */
function randomParts(seed: number): LedgerPart[] {
  const { int } = random(seed);
  const rates = [100, 250, 333, 500, 1000];
  const parts = Array.from({ length: int(1, 6) }, (_, index) => {
    const fromMs = int(0, 12_000);
    const everyMs = rates[int(0, rates.length - 1)]!;
    const second = { fromMs: fromMs + int(1, 4000), everyMs: rates[int(0, rates.length - 1)]!, isPaused: false };
    const timeline = [{ fromMs, everyMs, isPaused: false }, ...(int(0, 1) === 0 ? [second] : [])];
    const whole = partOf({ epoch: index + 1, fromMs, untilMs: fromMs + int(0, 9000), timeline });
    const gaps = Object.fromEntries(
      whole.stored
        .filter(() => int(0, 3) === 0)
        .map(({ fromSlotMs }) => [fromSlotMs, GAP_REASONS[int(0, GAP_REASONS.length - 1)]!]),
    );
    return partOf({ ...whole, epoch: index + 1, timeline, gaps });
  });
  return parts.sort(() => int(-1, 1));
}

import assert from 'node:assert/strict';
import { GAP_REASONS, type Gap, type LedgerPart } from '../../contracts/ledger.js';
import { addSlot, countSlots, dueRuns, type SlotRun } from '../../contracts/slots.js';

describe('the reasons of a gap', () => {
  it('are part of the contract with consumers: none is renamed or dropped', () => {
    assert.deepEqual(
      [...GAP_REASONS],
      [
        ...['source-offline', 'source-stalled', 'no-video', 'decode-error', 'worker-lost'],
        ...['spool-full', 'paused', 'shed', 'rate-infeasible', 'dead-lettered'],
      ],
    );
  });
});

describe('the ledger of a segment', () => {
  const timeline = [
    { fromMs: 0, everyMs: 1000, isPaused: false },
    { fromMs: 4500, everyMs: 500, isPaused: true },
    { fromMs: 6000, everyMs: 250, isPaused: false },
  ];
  const span: Pick<LedgerPart, 'fromMs' | 'untilMs'> = { fromMs: 500, untilMs: 7000 };

  it('adds up from its timeline alone: due is stored plus gaps', () => {
    const stored: SlotRun[] = [];
    const gaps: Gap[] = [];
    for (const run of dueRuns(timeline, span)) {
      if (run.isPaused) addSlot(gaps, { ...slots(run), reason: 'paused' });
      else addSlot(stored, slots(run));
    }
    assert.deepEqual(stored, [
      { fromSlotMs: 1000, toSlotMs: 4000, everyMs: 1000 },
      { fromSlotMs: 6000, toSlotMs: 6750, everyMs: 250 },
    ]);
    assert.deepEqual(gaps, [{ fromSlotMs: 4500, toSlotMs: 5500, everyMs: 500, reason: 'paused' }]);
    assert.equal(countSlots(dueRuns(timeline, span)), 11);
    assert.equal(countSlots(stored) + countSlots(gaps), 11);
  });
});

const slots = ({ fromSlotMs, toSlotMs, everyMs }: SlotRun): SlotRun => ({ fromSlotMs, toSlotMs, everyMs });

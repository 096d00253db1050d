import type { Gap, GapReason, LedgerPart } from '../../contracts/ledger.js';
import { countSlots, dueRuns, type RatePoint, type SlotRun } from '../../contracts/slots.js';

export const PART_SESSION = { tenant: 'acme', streamId: 'cam', sessionId: '20261120T000000-abcdef' };

interface PartStart {
  epoch: number;
  fromMs: number;
  untilMs: number;
  everyMs?: number;
  timeline?: RatePoint[];
  /** Slots that are gaps; the others are stored. */
  gaps?: Record<number, GapReason>;
  updatedAtMs?: number;
}

/** A whole part: every due slot of its span is stored, or a gap where it is listed as one. */
export function partOf({ epoch, fromMs, untilMs, everyMs = 1000, gaps = {}, ...rest }: PartStart): LedgerPart {
  const timeline = rest.timeline ?? [{ fromMs, everyMs, isPaused: false }];
  const stored: SlotRun[] = [];
  const found: Gap[] = [];
  for (const run of dueRuns(timeline, { fromMs, untilMs })) {
    for (let slotMs = run.fromSlotMs; slotMs <= run.toSlotMs; slotMs += run.everyMs) {
      const slot = { fromSlotMs: slotMs, toSlotMs: slotMs, everyMs: run.everyMs };
      const reason = gaps[slotMs];
      if (reason) found.push({ ...slot, reason });
      else stored.push(slot);
    }
  }
  const counts = { stored: countSlots(stored), gaps: countSlots(found) };
  return {
    version: 1,
    ...PART_SESSION,
    epoch,
    host: `host-${epoch}`,
    fromMs,
    untilMs,
    timeline,
    stored,
    gaps: found,
    counts: { due: counts.stored + counts.gaps, ...counts },
    updatedAtMs: rest.updatedAtMs ?? untilMs,
  };
}

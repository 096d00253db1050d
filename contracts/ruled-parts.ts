import type { GapReason, LedgerCounts, LedgerPart } from './ledger.js';
import { addSlot, countSlots, slotsOf, type SlotRun } from './slots.js';

/**
 * The parts of a session as they count: each is ruled by the next ones from the earliest `fromMs` of theirs on, so what
 * a host writes that does not know it was replaced changes nothing. In order of epoch; parts without a picture, and
 * those that nothing is left of, are left out. Parts that have been ruled once stay as they are.
 */
export function ruledParts(parts: readonly LedgerPart[]): LedgerPart[] {
  const latestFirst = parts.filter(({ timeline }) => timeline.length > 0).sort((a, b) => b.epoch - a.epoch);
  const ruled: LedgerPart[] = [];
  let limitMs = Infinity;
  for (const part of latestFirst) {
    if (part.fromMs < limitMs) ruled.unshift(partBefore(limitMs, part));
    limitMs = Math.min(limitMs, part.fromMs);
  }
  return ruled;
}

/** The part with those of its gaps that have a frame after all as stored. */
export function withFound(part: LedgerPart, found: ReadonlySet<number>): LedgerPart {
  const filled = part.gaps.flatMap((gap) => oneByOne(gap).filter(({ fromSlotMs }) => found.has(fromSlotMs)));
  if (filled.length === 0) return part;
  const gaps = part.gaps.flatMap(({ reason, ...run }) =>
    joined(oneByOne(run).filter(({ fromSlotMs }) => !found.has(fromSlotMs))).map((rest) => ({ ...rest, reason })),
  );
  const stored = [...part.stored, ...joined(filled)].sort((a, b) => a.fromSlotMs - b.fromSlotMs);
  return counted({ ...part, stored, gaps });
}

/** The slots of a part that are gaps for one of these reasons. */
export const gapSlots = ({ gaps }: LedgerPart, reasons: ReadonlySet<GapReason>): number[] =>
  gaps.filter(({ reason }) => reasons.has(reason)).flatMap((gap) => [...slotsOf(gap)]);

export const sumCounts = (parts: readonly LedgerPart[]): LedgerCounts =>
  parts.reduce(
    (sum, { counts }) => ({
      due: sum.due + counts.due,
      stored: sum.stored + counts.stored,
      gaps: sum.gaps + counts.gaps,
    }),
    { due: 0, stored: 0, gaps: 0 },
  );

function partBefore(limitMs: number, part: LedgerPart): LedgerPart {
  return counted({
    ...part,
    untilMs: Math.min(part.untilMs, limitMs),
    stored: part.stored.flatMap((run) => runBefore(limitMs, run)),
    gaps: part.gaps.flatMap((gap) => runBefore(limitMs, gap)),
  });
}

function runBefore<Run extends SlotRun>(limitMs: number, run: Run): Run[] {
  if (run.toSlotMs < limitMs) return [run];
  if (run.fromSlotMs >= limitMs) return [];
  const steps = Math.ceil((limitMs - run.fromSlotMs) / run.everyMs) - 1;
  return [{ ...run, toSlotMs: run.fromSlotMs + steps * run.everyMs }];
}

/** The part with the counts that its runs give. */
export function counted(part: LedgerPart): LedgerPart {
  const counts = { stored: countSlots(part.stored), gaps: countSlots(part.gaps) };
  return { ...part, counts: { due: counts.stored + counts.gaps, ...counts } };
}

const oneByOne = (run: SlotRun): SlotRun[] =>
  [...slotsOf(run)].map((slotMs) => ({ fromSlotMs: slotMs, toSlotMs: slotMs, everyMs: run.everyMs }));

function joined(slots: readonly SlotRun[]): SlotRun[] {
  const runs: SlotRun[] = [];
  for (const slot of slots) addSlot(runs, slot);
  return runs;
}

import type { LedgerCounts, LedgerPart } from './ledger.js';
import { dueRuns, slotsOf } from './slots.js';

/** Where a ledger, a bucket and a topic disagree. */
export type Difference =
  | { kind: 'unexplained' | 'counted-twice' | 'not-due'; slotMs: number; epoch: number }
  | { kind: 'missing-event'; slotMs: number }
  | { kind: 'missing-object' | 'wrong-hash' | 'wrong-url'; slotMs: number; key: string };

export interface Audit {
  counts: LedgerCounts;
  gapsByReason: Record<string, number>;
  differences: Difference[];
}

/** Recomputes what was due from the rates of each part, in order of epoch, and holds the account against it. */
export function auditParts(parts: readonly LedgerPart[]): Audit {
  const gapsByReason: Record<string, number> = {};
  const differences: Difference[] = [];
  const counts = { due: 0, stored: 0, gaps: 0 };
  parts.forEach((part, index) => {
    const { epoch, timeline, fromMs, untilMs } = part;
    const dueUntilMs = Math.max(untilMs, parts[index + 1]?.fromMs ?? untilMs);
    const due = new Set(dueRuns(timeline, { fromMs, untilMs: dueUntilMs }).flatMap((run) => [...slotsOf(run)]));
    const seen = new Set<number>();
    const account = (slotMs: number): void => {
      if (seen.has(slotMs)) differences.push({ kind: 'counted-twice', slotMs, epoch });
      else if (!due.has(slotMs)) differences.push({ kind: 'not-due', slotMs, epoch });
      seen.add(slotMs);
    };
    for (const run of part.stored) for (const slotMs of slotsOf(run)) account(slotMs);
    counts.stored += seen.size;
    for (const { reason, ...run } of part.gaps) {
      for (const slotMs of slotsOf(run)) {
        account(slotMs);
        gapsByReason[reason] = (gapsByReason[reason] ?? 0) + 1;
        counts.gaps += 1;
      }
    }
    for (const slotMs of due) if (!seen.has(slotMs)) differences.push({ kind: 'unexplained', slotMs, epoch });
    counts.due += due.size;
  });
  return { counts, gapsByReason, differences };
}

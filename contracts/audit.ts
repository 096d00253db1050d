import type { GapReason, LedgerCounts, LedgerPart } from './ledger.js';
import { ruledParts } from './ruled-parts.js';
import { dueRuns, slotsOf } from './slots.js';

/** Where a ledger, a bucket and a topic disagree. */
export type Difference =
  | { kind: 'unexplained' | 'counted-twice' | 'not-due'; slotMs: number; epoch: number }
  /** `doubled-event`: announced with different pictures. `unknown-event`: for a slot that no part accounts for. */
  | { kind: 'missing-event' | 'doubled-event' | 'unknown-event'; slotMs: number }
  /** `unknown-object`: neither ledger nor event knows it. */
  | { kind: 'missing-object' | 'wrong-hash' | 'wrong-url' | 'unknown-object'; slotMs: number; key: string };

/** What the ledger says of each due slot. */
export type Account = ReadonlyMap<number, 'stored' | GapReason>;

export interface Audit {
  counts: LedgerCounts;
  gapsByReason: Record<string, number>;
  differences: Difference[];
  account: Account;
}

interface AuditOptions {
  /** A part that its host may still move on: what lies between its end and the next part is not accounted for yet. */
  isOpen?(part: LedgerPart, next: LedgerPart): boolean;
}

/**
 * Recomputes what was due from the rates of each part, as far as the next one leaves it to it, and holds the account
 * against that. A hole between two parts is unexplained.
 */
export function auditParts(parts: readonly LedgerPart[], { isOpen = () => false }: AuditOptions = {}): Audit {
  const account = new Map<number, 'stored' | GapReason>();
  const gapsByReason: Record<string, number> = {};
  const differences: Difference[] = [];
  const counts = { due: 0, stored: 0, gaps: 0 };
  ruledParts(parts).forEach((part, index, ruled) => {
    const { epoch, timeline, fromMs, untilMs } = part;
    const next = ruled[index + 1];
    const dueUntilMs = next && !isOpen(part, next) ? Math.max(untilMs, next.fromMs) : untilMs;
    const due = new Set(dueRuns(timeline, { fromMs, untilMs: dueUntilMs }).flatMap((run) => [...slotsOf(run)]));
    const enter = (slotMs: number, outcome: 'stored' | GapReason): void => {
      if (account.has(slotMs)) return void differences.push({ kind: 'counted-twice', slotMs, epoch });
      if (!due.has(slotMs)) differences.push({ kind: 'not-due', slotMs, epoch });
      account.set(slotMs, outcome);
      if (outcome === 'stored') return void (counts.stored += 1);
      gapsByReason[outcome] = (gapsByReason[outcome] ?? 0) + 1;
      counts.gaps += 1;
    };
    for (const run of part.stored) for (const slotMs of slotsOf(run)) enter(slotMs, 'stored');
    for (const { reason, ...run } of part.gaps) for (const slotMs of slotsOf(run)) enter(slotMs, reason);
    for (const slotMs of due) if (!account.has(slotMs)) differences.push({ kind: 'unexplained', slotMs, epoch });
    counts.due += due.size;
  });
  return { counts, gapsByReason, differences, account };
}

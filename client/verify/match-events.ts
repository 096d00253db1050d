import type { Account, Difference } from '../../contracts/audit.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import type { Announced } from './read-announced.js';

export interface Matched {
  /** Slots whose objects are to be looked at, by what is known of them. */
  stored: number[];
  /** Gaps of the ledger whose frame came after all. */
  late: number[];
  /** Announced where the ledger has not come to yet. */
  sinceLedger: number[];
  differences: Difference[];
}

/** Holds the events of a session against its account. */
export function matchEvents(account: Account, announced: Announced, isUnwritten: (slotMs: number) => boolean): Matched {
  const matched: Matched = { stored: [], late: [], sinceLedger: [], differences: [] };
  for (const [slotMs, outcome] of account) {
    if (outcome === 'stored' && !announced.frames.has(slotMs))
      matched.differences.push({ kind: 'missing-event', slotMs });
  }
  for (const slotMs of announced.frames.keys()) {
    const outcome = account.get(slotMs);
    if (outcome === 'stored') matched.stored.push(slotMs);
    else if (outcome !== undefined) matched.late.push(slotMs);
    else if (isUnwritten(slotMs)) matched.sinceLedger.push(slotMs);
    else matched.differences.push({ kind: 'unknown-event', slotMs });
  }
  for (const slotMs of announced.doubled) matched.differences.push({ kind: 'doubled-event', slotMs });
  return matched;
}

/** A host writes its part each ten seconds while it has anything to say. */
const WRITTEN_WITHIN_MS = 60_000;

/** Whether the host of a part may be about to write what lies between it and the next one. */
export const isOpen = (part: LedgerPart, next: LedgerPart): boolean =>
  part.untilMs < next.fromMs && next.updatedAtMs - part.updatedAtMs < WRITTEN_WITHIN_MS;

/** Tells the slots that the ledger of a session in progress has not come to yet; a sealed one is closed. */
export function unwrittenBy({ parts, isSealed }: { parts: LedgerPart[]; isSealed: boolean }) {
  if (isSealed) return () => false;
  const spans = parts.flatMap((part, index) => {
    const next = parts[index + 1];
    if (!next) return [{ fromMs: part.untilMs, untilMs: Infinity }];
    return isOpen(part, next) ? [{ fromMs: part.untilMs, untilMs: next.fromMs }] : [];
  });
  if (parts.length === 0) return () => true;
  return (slotMs: number): boolean => spans.some(({ fromMs, untilMs }) => slotMs >= fromMs && slotMs < untilMs);
}

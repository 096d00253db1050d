import type { EventSink } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { hourPrefix, hourPrefixes, slotOfKey, type SessionRef } from '../contracts/keys.js';
import type { EndReason, GapReason, LedgerCounts, LedgerPart, SessionLedger } from '../contracts/ledger.js';
import { gapSlots, ruledParts, sumCounts, withFound } from '../contracts/ruled-parts.js';
import { readParts, writeSessionLedger } from '../records/ledger-parts.js';
import { recoverPart } from './capture/recover-part.js';
import { republishFound } from './frames/republish-found.js';

export interface SealInput {
  session: SessionRef;
  reason: EndReason;
  startedAtMs: number;
  endedAtMs: number;
}

export interface SealDeps {
  /** Where frames may be, the one that holds the ledger first. */
  stores: readonly [ObjectStore, ...ObjectStore[]];
  events: EventSink;
}

/** Gaps whose frame exists somewhere: a lost host's spool delivers when the host is back, a dead letter when redriven. */
const MAY_COME: ReadonlySet<GapReason> = new Set(['worker-lost', 'dead-lettered']);

/** More than a host captures between two writes of its part. */
const UNWRITTEN_MS = 60_000;

/**
 * Merges the parts of a session's ledger into its final account and returns the sums. Frames that have come since their
 * slots were recorded as gaps count as stored, so that the account is true when it is sealed; those that come later
 * stay gaps in it. Doing it again changes nothing but that.
 */
export const createSealSession = ({ stores, events }: SealDeps) =>
  async function sealSession({ session, ...rest }: SealInput): Promise<LedgerCounts> {
    const [store] = stores;
    const written = ruledParts(await readParts(store, session));
    const ruled = await withLastFrames(written, { store, events, session, untilMs: rest.endedAtMs });
    const found = await framesOfGaps(ruled, { stores, events, session });
    const parts = ruled.map((part) => withFound(part, found));
    const ledger: SessionLedger = { version: 1, ...session, ...rest, parts, counts: sumCounts(parts) };
    await writeSessionLedger(store, ledger);
    return ledger.counts;
  };

interface Ending {
  store: ObjectStore;
  events: EventSink;
  session: SessionRef;
  untilMs: number;
}

/** A host that was lost and had no successor stored more than it wrote of. */
async function withLastFrames(parts: LedgerPart[], { store, events, session, untilMs }: Ending): Promise<LedgerPart[]> {
  const last = parts.at(-1);
  if (!last || !(await hasFrames(store, { session, fromMs: last.untilMs }))) return parts;
  const moved = await recoverPart({ store, session, epoch: last.epoch, nowMs: untilMs });
  if (!moved) return parts;
  await republishFound({ store, events, session, slots: moved.found });
  return [...parts.slice(0, -1), moved.part];
}

/** Looks only where the next slots would be: what is there at all is there from the first seconds on. */
async function hasFrames(
  store: ObjectStore,
  { session, fromMs }: { session: SessionRef; fromMs: number },
): Promise<boolean> {
  for (const hour of hourPrefixes(session, { fromMs, untilMs: fromMs + UNWRITTEN_MS }))
    for await (const { key } of store.list(hour)) if ((slotOfKey(key) ?? 0) >= fromMs) return true;
  return false;
}

/** Slots of gaps that are stored and announced by now; who stored one may have died before its event. */
async function framesOfGaps(
  parts: readonly LedgerPart[],
  { stores, events, session }: SealDeps & { session: SessionRef },
): Promise<Set<number>> {
  const missing = new Set(parts.flatMap((part) => gapSlots(part, MAY_COME)));
  const found = new Set<number>();
  const hours = new Set([...missing].map((slotMs) => hourPrefix(session, slotMs)));
  for (const store of stores) {
    const there = new Set<number>();
    for (const hour of hours) {
      for await (const { key } of store.list(hour)) {
        const slotMs = slotOfKey(key);
        if (slotMs !== undefined && missing.has(slotMs) && !found.has(slotMs)) there.add(slotMs);
      }
    }
    for (const slotMs of await republishFound({ store, events, session, slots: there })) found.add(slotMs);
  }
  return found;
}

import { hourPrefixes, slotOfKey, type SessionRef } from '../../contracts/keys.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import type { Cut, Predecessor } from '../../contracts/messages.js';
import { counted } from '../../contracts/ruled-parts.js';
import { addSlot, dueRuns, slotsOf } from '../../contracts/slots.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { newestEpoch, readPart, writePart } from '../../records/ledger-parts.js';

interface Recovery {
  store: ObjectStore;
  session: SessionRef;
  nowMs: number;
}

export interface RecoveredPart {
  part: LedgerPart;
  /** Slots whose frames the store has, while the ledger did not know: their host may have died before their events. */
  found: number[];
}

export interface RecoveredCut {
  cut?: Cut;
  found: number[];
}

/** Where the slots of the segment before end: as it said, or, where its host was lost, as the store knows. */
export async function cutOf(predecessor: Predecessor | undefined, recovery: Recovery): Promise<RecoveredCut> {
  const { cut, epoch } = predecessor ?? {};
  if (cut) return cut.timeline.length > 0 ? { cut, found: [] } : { found: [] };
  const recovered = epoch === undefined ? undefined : await recoverNewestPart({ ...recovery, epoch });
  if (!recovered) return { found: [] };
  const { part, found } = recovered;
  return { cut: { untilMs: part.untilMs, timeline: part.timeline }, found };
}

/** A segment may have been lost before it wrote anything; then the one before it is the last that is known of. */
async function recoverNewestPart(recovery: Recovery & { epoch: number }): Promise<RecoveredPart | undefined> {
  const epoch = await newestEpoch(recovery.store, recovery);
  const recovered = epoch === undefined ? undefined : await recoverPart({ ...recovery, epoch });
  // Its host cannot write it any more, and what the sealed ledger says is made of the parts.
  if (recovered) await writePart(recovery.store, recovered.part);
  return recovered;
}

/**
 * The ledger part that a lost host left, moved forward to the last frame that it stored: the store knows more than the
 * ledger's last write. Slots before that frame without one are `worker-lost`.
 */
export async function recoverPart({
  store,
  session,
  epoch,
  nowMs,
}: Recovery & { epoch: number }): Promise<RecoveredPart | undefined> {
  const part = await readPart(store, { session, epoch });
  // It ended without a picture: no slot was due, and none is up to the first picture.
  if (!part || part.timeline.length === 0) return undefined;
  const found = await storedSlots({ store, session, nowMs, fromMs: part.untilMs });
  if (found.size === 0) return { part, found: [] };
  const untilMs = Math.max(...found) + 1;
  for (const { isPaused, ...run } of dueRuns(part.timeline, { fromMs: part.untilMs, untilMs })) {
    for (const slotMs of slotsOf(run)) {
      const slot = { fromSlotMs: slotMs, toSlotMs: slotMs, everyMs: run.everyMs };
      if (found.has(slotMs)) addSlot(part.stored, slot);
      else addSlot(part.gaps, { ...slot, reason: isPaused ? 'paused' : 'worker-lost' });
    }
  }
  return { part: counted({ ...part, untilMs }), found: [...found] };
}

async function storedSlots({
  store,
  session,
  nowMs,
  fromMs,
}: Recovery & { fromMs: number }): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  for (const prefix of hourPrefixes(session, { fromMs, untilMs: nowMs })) {
    for await (const { key } of store.list(prefix)) {
      const slotMs = slotOfKey(key) ?? 0;
      if (slotMs >= fromMs && slotMs <= nowMs) found.add(slotMs);
    }
  }
  return found;
}

import { ledgerKey, sessionPrefix, type SessionRef } from '../../contracts/keys.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import { addSlot, countSlots, dueRuns, slotsOf } from '../../contracts/slots.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';

interface Recovery {
  store: ObjectStore;
  session: SessionRef;
  epoch: number;
  nowMs: number;
}

const FRAME_KEY = /\/(\d+)\.jpg$/;

/**
 * The ledger part that a lost attempt of this capture left, moved forward to the last frame that it stored: the store
 * knows more than the ledger's last write. Slots before that frame without one are `worker-lost`.
 */
export async function recoverPart({ store, session, epoch, nowMs }: Recovery): Promise<LedgerPart | undefined> {
  const written = await store.get(ledgerKey(session, epoch));
  if (!written) return undefined;
  const part = JSON.parse(written.body.toString()) as LedgerPart;
  // It ended without a picture: no slot was due, and none is up to the first picture.
  if (part.timeline.length === 0) return undefined;
  const found = new Set<number>();
  for await (const { key } of store.list(sessionPrefix(session))) {
    const slotMs = Number(FRAME_KEY.exec(key)?.[1]);
    if (slotMs >= part.untilMs && slotMs <= nowMs) found.add(slotMs);
  }
  if (found.size === 0) return part;
  const untilMs = Math.max(...found) + 1;
  for (const { isPaused, ...run } of dueRuns(part.timeline, { fromMs: part.untilMs, untilMs })) {
    for (const slotMs of slotsOf(run)) {
      const slot = { fromSlotMs: slotMs, toSlotMs: slotMs, everyMs: run.everyMs };
      if (found.has(slotMs)) addSlot(part.stored, slot);
      else addSlot(part.gaps, { ...slot, reason: isPaused ? 'paused' : 'worker-lost' });
    }
  }
  const counts = { stored: countSlots(part.stored), gaps: countSlots(part.gaps) };
  return { ...part, untilMs, counts: { due: counts.stored + counts.gaps, ...counts } };
}

import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { Difference } from '../../contracts/audit.js';
import { sessionPrefix, slotOfKey, type SessionRef } from '../../contracts/keys.js';

interface Looking {
  stores: readonly ObjectStore[];
  session: SessionRef;
  /** Whether a ledger, an event or a dead letter speaks of the slot, or may do so yet. */
  isKnown(slotMs: number): boolean;
  /** The slots that were announced since the events were read: an object is there before its event. */
  announcedSince(): Promise<ReadonlySet<number>>;
}

/** Objects of the session that nothing else knows of. */
export async function unknownObjects({ stores, session, isKnown, announcedSince }: Looking): Promise<Difference[]> {
  const unknown: (Difference & { kind: 'unknown-object' })[] = [];
  for (const store of stores) {
    for await (const { key } of store.list(sessionPrefix(session))) {
      const slotMs = slotOfKey(key);
      if (slotMs !== undefined && !isKnown(slotMs)) unknown.push({ kind: 'unknown-object', slotMs, key });
    }
  }
  if (unknown.length === 0) return [];
  const since = await announcedSince();
  return unknown.filter(({ slotMs }) => !since.has(slotMs));
}

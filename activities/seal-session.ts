import { ledgerPrefix, sessionLedgerKey, type SessionRef } from '../contracts/keys.js';
import type { EndReason, LedgerCounts, LedgerPart, SessionLedger } from '../contracts/ledger.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';

export interface SealInput {
  session: SessionRef;
  reason: EndReason;
  startedAtMs: number;
  endedAtMs: number;
}

const PART_KEY = /\/\d+\.json$/;

/** Merges the parts of a session's ledger into its final account and returns the sums. */
export const createSealSession = (store: ObjectStore) =>
  async function sealSession({ session, ...rest }: SealInput): Promise<LedgerCounts> {
    const parts: LedgerPart[] = [];
    for await (const { key } of store.list(ledgerPrefix(session))) {
      const part = PART_KEY.test(key) ? await store.get(key) : undefined;
      if (part) parts.push(JSON.parse(part.body.toString()) as LedgerPart);
    }
    parts.sort((a, b) => a.epoch - b.epoch);
    const ledger: SessionLedger = { version: 1, ...session, ...rest, parts, counts: sumCounts(parts) };
    await store.put(sessionLedgerKey(session), Buffer.from(JSON.stringify(ledger)), {
      contentType: 'application/json',
    });
    return ledger.counts;
  };

const sumCounts = (parts: readonly LedgerPart[]): LedgerCounts =>
  parts.reduce(
    (sum, { counts }) => ({
      due: sum.due + counts.due,
      stored: sum.stored + counts.stored,
      gaps: sum.gaps + counts.gaps,
    }),
    { due: 0, stored: 0, gaps: 0 },
  );

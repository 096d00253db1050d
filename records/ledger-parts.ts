import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { isPartKey, ledgerKey, ledgerPrefix, sessionLedgerKey, type SessionRef } from '../contracts/keys.js';
import type { LedgerPart, SessionLedger } from '../contracts/ledger.js';

/** Every part of a session's ledger, as it was last written. */
export async function readParts(store: Pick<ObjectStore, 'list' | 'get'>, session: SessionRef): Promise<LedgerPart[]> {
  const parts: LedgerPart[] = [];
  for await (const { key } of store.list(ledgerPrefix(session))) {
    const part = isPartKey(key) ? await store.get(key) : undefined;
    if (part) parts.push(JSON.parse(part.body.toString()) as LedgerPart);
  }
  return parts;
}

/** The part of one segment; undefined where it has written none. */
export async function readPart(
  store: Pick<ObjectStore, 'get'>,
  { session, epoch }: { session: SessionRef; epoch: number },
): Promise<LedgerPart | undefined> {
  const part = await store.get(ledgerKey(session, epoch));
  return part && (JSON.parse(part.body.toString()) as LedgerPart);
}

/** The last segment up to `epoch` that has written a part; undefined where there is none. */
export async function newestEpoch(
  store: Pick<ObjectStore, 'list'>,
  { session, epoch }: { session: SessionRef; epoch: number },
): Promise<number | undefined> {
  const prefix = ledgerPrefix(session);
  let newest: number | undefined;
  for await (const { key } of store.list(prefix)) {
    const found = isPartKey(key) ? Number.parseInt(key.slice(prefix.length)) : Infinity;
    if (found <= epoch) newest = Math.max(newest ?? 0, found);
  }
  return newest;
}

export const writePart = (store: Pick<ObjectStore, 'put'>, part: LedgerPart): Promise<unknown> =>
  write(store, { key: ledgerKey(part, part.epoch), record: part });

/** The sealed account of a session; undefined while it runs. */
export async function readSessionLedger(
  store: Pick<ObjectStore, 'get'>,
  session: SessionRef,
): Promise<SessionLedger | undefined> {
  const sealed = await store.get(sessionLedgerKey(session));
  return sealed && (JSON.parse(sealed.body.toString()) as SessionLedger);
}

export const writeSessionLedger = (store: Pick<ObjectStore, 'put'>, ledger: SessionLedger): Promise<unknown> =>
  write(store, { key: sessionLedgerKey(ledger), record: ledger });

const write = (store: Pick<ObjectStore, 'put'>, { key, record }: { key: string; record: object }): Promise<unknown> =>
  store.put(key, Buffer.from(JSON.stringify(record)), { contentType: 'application/json' });

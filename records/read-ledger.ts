import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { fault } from '../contracts/errors.js';
import type { StreamRef } from '../contracts/ids.js';
import { ledgerPrefix, type SessionRef } from '../contracts/keys.js';
import type { LedgerPart } from '../contracts/ledger.js';
import { ruledParts } from '../contracts/ruled-parts.js';
import { readParts, readSessionLedger } from './ledger-parts.js';

export interface Ledger {
  /** As they count: see `ruledParts`. */
  parts: LedgerPart[];
  isSealed: boolean;
}

/** The session that began last, by the ledgers in the store; `stream-not-found` where there is none. */
export async function newestSession(store: ObjectStore, stream: StreamRef): Promise<string> {
  const prefix = ledgerPrefix({ ...stream, sessionId: '' }).slice(0, -1);
  let newest = '';
  for await (const { key } of store.list(prefix)) newest = key.slice(prefix.length).split('/')[0] ?? newest;
  if (newest === '')
    throw fault(
      'stream-not-found',
      `no ledger of stream "${stream.streamId}" of tenant "${stream.tenant}" in the store: it has had no picture, or the id is another`,
    );
  return newest;
}

/** The sealed account of a session, or its parts as they were last written; `stream-not-found` where there is none. */
export async function readLedger(store: ObjectStore, session: SessionRef): Promise<Ledger> {
  const sealed = await readSessionLedger(store, session);
  if (sealed) return { parts: ruledParts(sealed.parts), isSealed: true };
  const parts = await readParts(store, session);
  if (parts.length > 0) return { parts: ruledParts(parts), isSealed: false };
  throw fault(
    'stream-not-found',
    `no ledger of session "${session.sessionId}" of stream "${session.streamId}" in the store`,
  );
}

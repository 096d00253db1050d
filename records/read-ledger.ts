import { z } from 'zod';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { fault } from '../contracts/errors.js';
import type { StreamRef } from '../contracts/ids.js';
import { ledgerPrefix, type SessionRef } from '../contracts/keys.js';
import type { LedgerPart } from '../contracts/ledger.js';
import { ruledParts } from '../contracts/ruled-parts.js';
import { countSlots, dueRuns } from '../contracts/slots.js';
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

/**
 * The sealed account of a session, or its parts as they were last written; `stream-not-found` where there is none, and
 * `ledger-unusable` where somebody else has written what is there: slots are counted one by one.
 */
export async function readLedger(store: ObjectStore, session: SessionRef): Promise<Ledger> {
  const { sealed, parts } = await storedLedger(store, session);
  if (parts.length > 0 || sealed) return { parts: usableParts(parts, session), isSealed: sealed };
  throw fault(
    'stream-not-found',
    `no ledger of session "${session.sessionId}" of stream "${session.streamId}" in the store`,
  );
}

async function storedLedger(
  store: ObjectStore,
  session: SessionRef,
): Promise<{ sealed: boolean; parts: readonly unknown[] }> {
  try {
    const sealed = await readSessionLedger(store, session);
    return { sealed: sealed !== undefined, parts: sealed?.parts ?? (await readParts(store, session)) };
  } catch (error) {
    throw error instanceof SyntaxError ? unusable(session, error.message) : error;
  }
}

/** More than a session of a month has at one slot each 200 ms, and than a table in memory can hold. */
const MOST_SLOTS = 13_000_000;

function usableParts(parts: readonly unknown[], session: SessionRef): LedgerPart[] {
  const read = z.array(part).safeParse(parts);
  if (!read.success) throw unusable(session, read.error.issues[0]?.message ?? 'not valid');
  const ruled = ruledParts(read.data as unknown as LedgerPart[]);
  const slots = ruled.map(({ timeline, fromMs, untilMs, stored, gaps }, index) => {
    const span = { fromMs, untilMs: Math.max(untilMs, ruled[index + 1]?.fromMs ?? untilMs) };
    return Math.max(countSlots(dueRuns(timeline, span)), countSlots(stored) + countSlots(gaps));
  });
  const count = slots.reduce((sum, one) => sum + one, 0);
  if (count <= MOST_SLOTS) return ruled;
  throw unusable(session, `expected at most ${MOST_SLOTS} slots, got ${count}`);
}

const everyMs = z.number().min(1);
const run = z.looseObject({ fromSlotMs: z.number(), toSlotMs: z.number(), everyMs });
const part = z.looseObject({
  epoch: z.number(),
  fromMs: z.number(),
  untilMs: z.number(),
  timeline: z.array(z.looseObject({ fromMs: z.number(), everyMs, isPaused: z.boolean() })),
  stored: z.array(run),
  gaps: z.array(run),
});

const unusable = ({ streamId, sessionId }: SessionRef, why: string): Error =>
  fault('ledger-unusable', `the ledger of session "${sessionId}" of stream "${streamId}": ${why}`);

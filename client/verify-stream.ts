import { createHash } from 'node:crypto';
import type { EventSource } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { fault } from '../contracts/errors.js';
import { frameEventSchema, TOPICS, type FrameEvent } from '../contracts/events.js';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import { frameKey, ledgerPrefix, sessionLedgerKey, type SessionRef } from '../contracts/keys.js';
import type { LedgerCounts, LedgerPart, SessionLedger } from '../contracts/ledger.js';
import { auditParts, type Difference } from '../contracts/audit.js';
import { slotsOf } from '../contracts/slots.js';
import type { StreamName } from './streams.js';

export interface VerifyDeps {
  store: ObjectStore;
  events: EventSource;
}

export interface Verification extends SessionRef {
  isSealed: boolean;
  counts: LedgerCounts;
  gapsByReason: Record<string, number>;
  /** Frames announced after the ledger's last write, which is up to ten seconds ago in a session in progress. */
  sinceLedger: number;
  /** Events that came more than once under one id: harmless, since consumers tell them by it. */
  repeatedEvents: number;
  differences: Difference[];
}

const READS_AT_ONCE = 16;

/**
 * Holds a session's ledger against the bucket and the topic: the due slots are recomputed from the rates, each stored
 * one must have its whole object and its event, and nothing may be missing without a reason.
 */
export async function verifyStream(
  { store, events }: VerifyDeps,
  { sessionId, streamId, tenant = DEFAULT_TENANT }: StreamName & { sessionId?: string },
): Promise<Verification> {
  const session = { tenant, streamId, sessionId: sessionId ?? (await newestSession(store, { tenant, streamId })) };
  const { parts, isSealed } = await readLedger(store, session);
  const { differences, counts, gapsByReason } = auditParts(parts);
  const { frames, repeated } = await readFrames(events, session, Math.min(...parts.map(({ fromMs }) => fromMs)));
  const accounted = parts.flatMap(({ stored }) => stored.flatMap((run) => [...slotsOf(run)]));
  const horizonMs = Math.max(...parts.map(({ untilMs }) => untilMs));
  const announced = [...frames.keys()].filter((slotMs) => slotMs >= horizonMs);
  const slots = [...accounted, ...announced];
  for (let at = 0; at < slots.length; at += READS_AT_ONCE) {
    const found = await Promise.all(
      slots.slice(at, at + READS_AT_ONCE).map((slotMs) => auditFrame({ store, session }, slotMs, frames.get(slotMs))),
    );
    differences.push(...found.flat());
  }
  return {
    ...session,
    isSealed,
    counts,
    gapsByReason,
    sinceLedger: announced.length,
    repeatedEvents: repeated,
    differences,
  };
}

async function auditFrame(
  { store, session }: { store: ObjectStore; session: SessionRef },
  slotMs: number,
  event: FrameEvent | undefined,
): Promise<Difference[]> {
  if (!event) return [{ kind: 'missing-event', slotMs }];
  const images = [
    { ...event, key: frameKey(session, { slotMs }) },
    ...event.variants.map((variant) => ({ ...variant, key: frameKey(session, { slotMs, size: variant }) })),
  ];
  const audits = images.map(async ({ key, url, sha256, sizeBytes }): Promise<Difference[]> => {
    if (url !== store.url(key)) return [{ kind: 'wrong-url', slotMs, key }];
    const object = await store.get(key);
    if (!object) return [{ kind: 'missing-object', slotMs, key }];
    const isSame = object.sizeBytes === sizeBytes && createHash('sha256').update(object.body).digest('hex') === sha256;
    return isSame ? [] : [{ kind: 'wrong-hash', slotMs, key }];
  });
  return (await Promise.all(audits)).flat();
}

async function newestSession(
  store: ObjectStore,
  { tenant, streamId }: { tenant: string; streamId: string },
): Promise<string> {
  const prefix = ledgerPrefix({ tenant, streamId, sessionId: '' }).slice(0, -1);
  let newest = '';
  for await (const { key } of store.list(prefix)) newest = key.slice(prefix.length).split('/')[0] ?? newest;
  if (newest === '') throw fault('stream-not-found', `no ledger of stream "${streamId}" in the store`);
  return newest;
}

async function readLedger(
  store: ObjectStore,
  session: SessionRef,
): Promise<{ parts: LedgerPart[]; isSealed: boolean }> {
  const sealed = await store.get(sessionLedgerKey(session));
  if (sealed) return { parts: (JSON.parse(sealed.body.toString()) as SessionLedger).parts, isSealed: true };
  const parts: LedgerPart[] = [];
  for await (const { key } of store.list(ledgerPrefix(session))) {
    const part = await store.get(key);
    if (part) parts.push(JSON.parse(part.body.toString()) as LedgerPart);
  }
  if (parts.length === 0)
    throw fault(
      'stream-not-found',
      `no ledger of session "${session.sessionId}" of stream "${session.streamId}" in the store`,
    );
  return { parts: parts.sort((a, b) => a.epoch - b.epoch), isSealed: false };
}

async function readFrames(
  events: EventSource,
  session: SessionRef,
  sinceMs: number,
): Promise<{ frames: Map<number, FrameEvent>; repeated: number }> {
  const CLOCK_TOLERANCE_MS = 60_000;
  const frames = new Map<number, FrameEvent>();
  let repeated = 0;
  for await (const { data } of events.read(TOPICS.frames, {
    key: session.streamId,
    sinceMs: sinceMs - CLOCK_TOLERANCE_MS,
  })) {
    const frame = frameEventSchema.parse(data);
    if (frame.sessionId !== session.sessionId || frame.tenant !== session.tenant) continue;
    if (frames.has(frame.slotMs)) repeated += 1;
    frames.set(frame.slotMs, frame);
  }
  return { frames, repeated };
}

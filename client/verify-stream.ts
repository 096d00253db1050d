import type { EventSource } from '../adapters/event-log/event-log.js';
import { auditParts, type Difference } from '../contracts/audit.js';
import { TOPICS } from '../contracts/events.js';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import type { SessionRef } from '../contracts/keys.js';
import type { LedgerCounts } from '../contracts/ledger.js';
import { createOpenLetters } from '../contracts/open-letters.js';
import type { Reelay } from './connect.js';
import type { StreamName } from './streams.js';
import { checkObjects } from './verify/check-objects.js';
import { isOpen, matchEvents, unwrittenBy } from './verify/match-events.js';
import { readAnnounced } from './verify/read-announced.js';
import { newestSession, readLedger } from '../records/read-ledger.js';
import { unknownObjects } from './verify/unknown-objects.js';

interface VerifyOptions extends StreamName {
  /** The one that began last, unless given. */
  sessionId?: string;
  onProgress?(progress: { checked: number; of: number }): void;
}

export interface Verification extends SessionRef {
  isSealed: boolean;
  counts: LedgerCounts;
  gapsByReason: Record<string, number>;
  /** Slots that the ledger calls gaps and whose frame came later, whole: they count as gaps in `counts`. */
  late: number;
  /** Frames announced after the ledger's last write, which is up to ten seconds ago in a session in progress. */
  sinceLedger: number;
  /** Slots that the ledger calls so, and letters of the session that wait for a redrive. */
  deadLettered: { slots: number; openLetters: number };
  /** Events that came more than once under one id: harmless, since consumers tell them by it. */
  repeatedEvents: number;
  differences: Difference[];
}

/**
 * Holds a session's ledger against the stores and the topic: the due slots are recomputed from the rates, each stored
 * one must have its whole object and its event, nothing may be missing without a reason, and nothing may be there that
 * the ledger knows nothing of. Of a session in progress, what is newer than its ledger is looked at too.
 */
export async function verifyStream(
  reelay: Reelay,
  { sessionId, streamId, tenant = DEFAULT_TENANT, onProgress }: VerifyOptions,
): Promise<Verification> {
  const { store, stores, source: events } = await reelay.adapters();
  const session = { tenant, streamId, sessionId: sessionId ?? (await newestSession(store, { tenant, streamId })) };
  const readFromMs = Date.now();
  const ledger = await readLedger(store, session);
  const { account, ...audit } = auditParts(ledger.parts, ledger.isSealed ? {} : { isOpen });
  const announced = await readAnnounced(events, session, ledger.parts[0]?.fromMs);
  const letters = await openLettersOf(events, session);
  const isUnwritten = unwrittenBy(ledger);
  const matched = matchEvents(account, announced, isUnwritten);
  const slots = [...matched.stored, ...matched.late, ...matched.sinceLedger].sort((a, b) => a - b);
  const progress = { checked: 0, of: slots.length };
  const wrong = await checkObjects(slots, {
    stores,
    session,
    frames: announced.frames,
    onChecked: () => onProgress?.({ ...progress, checked: (progress.checked += 1) }),
  });
  // The frame of a gap may be on its way to its event, as long as the session goes on.
  const isOfLedger = (slotMs: number): boolean =>
    isUnwritten(slotMs) || (ledger.isSealed ? account.get(slotMs) === 'stored' : account.has(slotMs));
  const unknown = await unknownObjects({
    stores,
    session,
    isKnown: (slotMs) => announced.frames.has(slotMs) || letters.has(slotMs) || isOfLedger(slotMs),
    announcedSince: async () => new Set((await readAnnounced(events, session, readFromMs)).frames.keys()),
  });
  return {
    ...session,
    isSealed: ledger.isSealed,
    counts: audit.counts,
    gapsByReason: audit.gapsByReason,
    late: matched.late.filter((slotMs) => !wrong.has(slotMs)).length,
    sinceLedger: matched.sinceLedger.length,
    deadLettered: { slots: audit.gapsByReason['dead-lettered'] ?? 0, openLetters: letters.size },
    repeatedEvents: announced.repeated,
    differences: [...audit.differences, ...matched.differences, ...[...wrong.values()].flat(), ...unknown].sort(
      (a, b) => a.slotMs - b.slotMs,
    ),
  };
}

/** The slots of a session whose delivery was given up and not made good. */
async function openLettersOf(events: EventSource, session: SessionRef): Promise<Set<number>> {
  const letters = createOpenLetters();
  for await (const event of events.read(TOPICS.deadLetters, { key: session.streamId })) letters.add(event);
  const frames = letters.open().flatMap((letter) => (letter.kind === 'frame' ? [letter.frame] : []));
  const ofSession = frames.filter(
    ({ session: of }) => of.sessionId === session.sessionId && of.tenant === session.tenant,
  );
  return new Set(ofSession.map(({ slotMs }) => slotMs));
}

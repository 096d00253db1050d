import type { DeadLetter, DeadLetterClosed } from '../contracts/dead-letter.js';
import { letterIdOf } from '../contracts/frame-letter.js';
import { TOPICS, type FrameEvent } from '../contracts/events.js';
import type { GapReason, SessionLedger } from '../contracts/ledger.js';
import { dueRuns, slotsOf } from '../contracts/slots.js';
import { FRAME_TYPE, type Heard } from './topic-listener.js';

/** What an outsider knows of one session: its sealed ledger, the topics, and the sizes of objects by their URLs. */
export interface SessionEvidence {
  ledger: SessionLedger;
  events: readonly Heard[];
  objects: ReadonlyMap<string, number>;
  /** The first store: frames whose objects are elsewhere are in the second one. */
  storeUrl: string;
  /** When the stream was told to stop: the account reaches to about then. */
  stoppedAtMs?: number;
}

export interface SessionCheck {
  due: number;
  stored: number;
  /** Stored slots that the ledger holds as gaps: they came after it was written. */
  late: number;
  /** Stored slots whose object is in the second store. */
  inBackup: number;
  deadLettered: number;
  gapsByReason: Partial<Record<GapReason, number>>;
  /** The same as time that was not seen. */
  gapSecondsByReason: Partial<Record<GapReason, number>>;
  deadLetterSeconds: number;
  /** Due slots that are neither stored, nor a gap, nor a dead letter. */
  unexplained: number;
  /** Slots that were announced with two different pictures. */
  doubled: number;
  /** Events that came again under the same id with the same picture: harmless, consumers tell them by it. */
  repeated: number;
  /** One sentence for each kind of fault found, with its first slots. */
  faults: string[];
  /** Slots that are stored, in order. */
  slots: { slotMs: number; everyMs: number; arrivedAtMs: number }[];
}

/** How long before the request to stop an account may end: the last slot, and the picture that was still to come. */
const END_TOLERANCE_MS = 3000;
const SHOWN_SLOTS = 3;

/** Holds a session against what was due, with nothing of the product but its contract: rates, slots, events. */
export function checkSession({ ledger, events, objects, storeUrl, stoppedAtMs }: SessionEvidence): SessionCheck {
  const due = dueSlots(ledger);
  const gaps = gapSlots(ledger);
  const claimed = new Set(ledger.parts.flatMap(({ stored }) => stored.flatMap((run) => [...slotsOf(run)])));
  const { frames, doubled, repeated } = readFrames(ledger, events);
  const letters = openLetters(events);
  const lostObjects = new Set<number>();
  const unexplained: number[] = [];
  const found: SessionCheck = {
    due: due.size,
    stored: 0,
    late: 0,
    inBackup: 0,
    deadLettered: 0,
    gapsByReason: {},
    gapSecondsByReason: {},
    deadLetterSeconds: 0,
    unexplained: 0,
    doubled: doubled.length,
    repeated,
    faults: [],
    slots: [],
  };

  for (const [slotMs, everyMs] of [...due].sort(([a], [b]) => a - b)) {
    const frame = frames.get(slotMs);
    const isWhole = frame !== undefined && objects.get(frame.data.url) === frame.data.sizeBytes;
    if (frame && !isWhole) lostObjects.add(slotMs);
    const reason = gaps.get(slotMs);
    if (isWhole) {
      found.stored += 1;
      if (reason) found.late += 1;
      if (!frame.data.url.startsWith(`${storeUrl}/`)) found.inBackup += 1;
      found.slots.push({ slotMs, everyMs, arrivedAtMs: frame.arrivedAtMs });
    } else if (letters.has(letterIdOf({ session: ledger, slotMs }))) {
      found.deadLettered += 1;
      found.deadLetterSeconds += everyMs / 1000;
    } else if (reason && !frame && !claimed.has(slotMs)) {
      found.gapsByReason[reason] = (found.gapsByReason[reason] ?? 0) + 1;
      found.gapSecondsByReason[reason] = (found.gapSecondsByReason[reason] ?? 0) + everyMs / 1000;
    } else {
      unexplained.push(slotMs);
    }
  }
  found.unexplained = unexplained.length;
  const notDue = [...frames.keys()].filter((slotMs) => !due.has(slotMs));
  found.faults = [
    ...sentence('due slots without a frame, a gap or a dead letter', unexplained),
    ...sentence('slots announced with two different pictures', doubled),
    ...sentence('frames announced whose object is missing or of another size', [...lostObjects]),
    ...sentence('frames announced for slots that were not due', notDue),
    ...endFault(ledger, stoppedAtMs),
  ];
  return found;
}

/** Each part is due until the next one begins, captured or not. */
function dueSlots({ parts }: SessionLedger): Map<number, number> {
  const due = new Map<number, number>();
  parts.forEach(({ timeline, fromMs, untilMs }, index) => {
    const span = { fromMs, untilMs: Math.max(untilMs, parts[index + 1]?.fromMs ?? untilMs) };
    for (const run of dueRuns(timeline, span)) for (const slotMs of slotsOf(run)) due.set(slotMs, run.everyMs);
  });
  return due;
}

function gapSlots({ parts }: SessionLedger): Map<number, GapReason> {
  const gaps = new Map<number, GapReason>();
  for (const { reason, ...run } of parts.flatMap((part) => part.gaps))
    for (const slotMs of slotsOf(run)) gaps.set(slotMs, reason);
  return gaps;
}

interface Announced {
  data: FrameEvent;
  arrivedAtMs: number;
}

function readFrames({ sessionId }: SessionLedger, events: readonly Heard[]) {
  const frames = new Map<number, Announced>();
  const doubled = new Set<number>();
  let repeated = 0;
  for (const { type, data, arrivedAtMs } of events) {
    if (type !== FRAME_TYPE || data['sessionId'] !== sessionId) continue;
    const frame = data as unknown as FrameEvent;
    const before = frames.get(frame.slotMs);
    if (!before) frames.set(frame.slotMs, { data: frame, arrivedAtMs });
    else if (before.data.sha256 === frame.sha256) repeated += 1;
    else doubled.add(frame.slotMs);
  }
  return { frames, doubled: [...doubled], repeated };
}

/** Ids of letters that nobody has closed since. */
function openLetters(events: readonly Heard[]): Set<string> {
  const open = new Set<string>();
  for (const { topic, type, data } of events) {
    if (topic !== TOPICS.deadLetters) continue;
    const { letterId } = data as unknown as DeadLetter | DeadLetterClosed;
    if (type === 'dev.reelay.dead-letter.closed.v1') open.delete(letterId);
    else open.add(letterId);
  }
  return open;
}

function endFault({ parts }: SessionLedger, stoppedAtMs: number | undefined): string[] {
  const last = parts.at(-1);
  if (!last) return ['the ledger has no parts'];
  const shortMs = (stoppedAtMs ?? 0) - END_TOLERANCE_MS - (last.timeline.at(-1)?.everyMs ?? 0) - last.untilMs;
  return shortMs > 0 ? [`the ledger ends ${Math.round(shortMs / 1000)} s too early`] : [];
}

function sentence(what: string, slots: readonly number[]): string[] {
  if (slots.length === 0) return [];
  const shown = slots.slice(0, SHOWN_SLOTS).map((slotMs) => new Date(slotMs).toISOString());
  return [`${slots.length} ${what}: ${shown.join(', ')}${slots.length > SHOWN_SLOTS ? ' …' : ''}`];
}

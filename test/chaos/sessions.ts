import type { Heard } from '../../chaos/topic-listener.js';
import { letterIdOf } from '../../contracts/frame-letter.js';
import type { Gap, LedgerPart, SessionLedger } from '../../contracts/ledger.js';
import type { SlotRun } from '../../contracts/slots.js';

/** Fabricated sessions: slots are counted from `FIRST_MS`, one a second. */
export const FIRST_MS = 1_700_000_000_000;
const EVERY_MS = 1000;
const SIZE_BYTES = 100;
const SESSION = { tenant: 'default', streamId: 'cam', sessionId: 'one' };

export const slot = (index: number): number => FIRST_MS + index * EVERY_MS;

export const run = (from: number, to: number): SlotRun => ({
  fromSlotMs: slot(from),
  toSlotMs: slot(to),
  everyMs: EVERY_MS,
});

export const gap = (from: number, to: number, reason: Gap['reason']): Gap => ({ ...run(from, to), reason });

/** A part that accounts for the slots from the first to before the second. */
export const part = (
  [from, until]: [number, number],
  { stored, gaps = [], epoch = 1 }: { stored: SlotRun[]; gaps?: Gap[]; epoch?: number },
): LedgerPart => ({
  version: 1,
  ...SESSION,
  epoch,
  host: 'a',
  fromMs: slot(from),
  untilMs: slot(until),
  stored,
  gaps,
  timeline: [{ fromMs: slot(from), everyMs: EVERY_MS, isPaused: false }],
  updatedAtMs: slot(until),
  counts: { due: 0, stored: 0, gaps: 0 },
});

export const ledger = (...parts: LedgerPart[]): SessionLedger => ({
  version: 1,
  ...SESSION,
  startedAtMs: FIRST_MS,
  endedAtMs: slot(100),
  reason: 'stopped',
  parts,
  counts: { due: 0, stored: 0, gaps: 0 },
});

export const urlOf = (index: number): string => `s3://bucket/${slot(index)}.jpg`;

export const frame = (index: number, { sha256 = `sha-${index}`, late = false } = {}): Heard => ({
  topic: 'reelay.frames',
  type: 'dev.reelay.frame.captured.v1',
  id: `cam/one/${slot(index)}`,
  arrivedAtMs: slot(index) + 200,
  data: { ...SESSION, slotMs: slot(index), everyMs: EVERY_MS, url: urlOf(index), sizeBytes: SIZE_BYTES, sha256, late },
});

export const frames = (from: number, to: number): Heard[] =>
  Array.from({ length: to - from + 1 }, (_, index) => frame(from + index));

export const objects = (from: number, to: number): Map<string, number> =>
  new Map(Array.from({ length: to - from + 1 }, (_, index) => [urlOf(from + index), SIZE_BYTES]));

export const letter = (index: number, state: 'recorded' | 'closed' = 'recorded'): Heard => ({
  topic: 'reelay.dead-letters',
  type: `dev.reelay.dead-letter.${state}.v1`,
  id: `${index}/${state}`,
  arrivedAtMs: slot(index),
  data: { letterId: letterIdOf({ session: SESSION, slotMs: slot(index) }) },
});

import type { RatePoint, SlotRun } from './slots.js';

/** Why a due slot has no frame (the list is part of the contract with consumers). */
export const GAP_REASONS = [
  'source-offline',
  'source-stalled',
  'no-video',
  'decode-error',
  'worker-lost',
  'spool-full',
  'paused',
  'shed',
  'rate-infeasible',
  'dead-lettered',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

export interface Gap extends SlotRun {
  reason: GapReason;
}

export interface LedgerCounts {
  due: number;
  stored: number;
  gaps: number;
}

/** One host's account of its slots; every due slot in [fromMs, untilMs) stands in exactly one of `stored` and `gaps`. */
export interface LedgerPart {
  version: 1;
  tenant: string;
  streamId: string;
  sessionId: string;
  epoch: number;
  host: string;
  fromMs: number;
  /** Not included. Slots from here on are not accounted for yet. */
  untilMs: number;
  timeline: RatePoint[];
  stored: SlotRun[];
  gaps: Gap[];
  counts: LedgerCounts;
  updatedAtMs: number;
}

/** The sealed account of a session: its parts in order of epoch and their sum. */
export interface SessionLedger {
  version: 1;
  tenant: string;
  streamId: string;
  sessionId: string;
  startedAtMs: number;
  endedAtMs: number;
  reason: EndReason;
  parts: LedgerPart[];
  counts: LedgerCounts;
}

export type EndReason = 'stopped' | 'cancelled' | 'source-ended' | 'failed';

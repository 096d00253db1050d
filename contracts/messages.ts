import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Problem } from './errors.js';
import type { SessionRef } from './keys.js';
import type { LedgerCounts } from './ledger.js';
import type { RatePoint } from './slots.js';
import type { AppliedPolicy, Policy, PolicyChange, StreamSettings, StreamState } from './stream.js';

/** What one capture is told at its start. */
export interface CaptureSegmentInput {
  session: SessionRef;
  epoch: number;
  settings: StreamSettings;
  policy: Policy;
  /** Where the capture before it ended; what is due from there on is this one's to account for. */
  continues?: { untilMs: number; timeline: RatePoint[] };
}

/** What a capture says to its stream while it runs. */
export type CaptureReport =
  | { kind: 'attached'; epoch: number; host: string; revision: number }
  | { kind: 'capturing'; epoch: number; atMs: number; firstSlotMs: number }
  | { kind: 'waiting' | 'interrupted'; epoch: number; atMs: number; problem: Problem };

export interface CaptureEnd {
  reason: 'stopped' | 'source-ended' | 'segment-over' | 'handover' | 'failed' | 'lost';
  problem?: Problem;
  untilMs: number;
  timeline: RatePoint[];
  counts: LedgerCounts;
}

export interface SegmentEnded {
  epoch: number;
  end: CaptureEnd;
}

export interface CaptureAddress {
  segmentId: string;
}

export const changeCaptureRateSignal = defineSignal<[{ everyMs: number }]>('changeCaptureRate');
export const setRiskLevelSignal = defineSignal<[{ level: string }]>('setRiskLevel');
export const pauseStreamSignal = defineSignal('pauseStream');
export const resumeStreamSignal = defineSignal('resumeStream');
export const stopStreamSignal = defineSignal('stopStream');
export const captureReportedSignal = defineSignal<[CaptureReport]>('captureReported');
export const segmentEndedSignal = defineSignal<[SegmentEnded]>('segmentEnded');
export const setCapturePolicyUpdate = defineUpdate<AppliedPolicy, [PolicyChange]>('setCapturePolicy');
export const streamStateQuery = defineQuery<StreamState>('streamState');
/** Whether a stream runs with exactly these settings: how a repeated start tells itself from a conflicting one. */
export const hasSettingsQuery = defineQuery<boolean, [StreamSettings]>('hasSettings');

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Problem } from './errors.js';
import type { SessionRef } from './keys.js';
import type { LedgerCounts } from './ledger.js';
import type { RedriveState } from './redrive.js';
import type { RatePoint } from './slots.js';
import type { AppliedPolicy, Policy, PolicyChange, StreamSettings, StreamState } from './stream.js';
import type { TranscodeState } from './transcode.js';

/** What one capture is told at its start. */
export interface CaptureSegmentInput {
  session: SessionRef;
  epoch: number;
  settings: StreamSettings;
  policy: Policy;
  /** The segment that it follows; missing for the first of a session. */
  predecessor?: Predecessor;
  /** It is to get ready beside a segment that still captures, and to publish nothing until it is told to begin. */
  isSuccessor?: boolean;
}

/** Where the account of a segment ends: what is due from there on is its successor's. */
export interface Cut {
  /** Not included; a slot of the rate in force. 0, and no rate, where there never was a picture. */
  untilMs: number;
  timeline: RatePoint[];
}

export interface Predecessor {
  epoch: number;
  /** Missing where its host was lost: its account is recovered from the store. */
  cut?: Cut;
}

/** Which host captures, and which process of it: a host that is started again is another instance. */
export interface HostInstance {
  host: string;
  instance: string;
}

/** What a capture says to its stream while it runs. */
export type CaptureReport =
  | ({ kind: 'attached'; epoch: number; revision: number } & HostInstance)
  /** A successor has pictures for all slots from here on. */
  | ({ kind: 'ready'; epoch: number; revision: number; firstSlotMs: number } & HostInstance)
  /** The segment is over, or its host is to stop: it captures on until its successor takes over. */
  | { kind: 'relay-wanted'; epoch: number }
  | { kind: 'capturing'; epoch: number; atMs: number; firstSlotMs: number }
  | { kind: 'waiting' | 'interrupted'; epoch: number; atMs: number; problem: Problem };

export interface CaptureEnd {
  reason: 'stopped' | 'source-ended' | 'handover' | 'failed' | 'lost';
  problem?: Problem;
  untilMs: number;
  timeline: RatePoint[];
  counts: LedgerCounts;
}

/** The account of a capture that tells none: it never ran, or its host did not answer. */
export const NO_ACCOUNT: Pick<CaptureEnd, 'untilMs' | 'timeline' | 'counts'> = {
  untilMs: 0,
  timeline: [],
  counts: { due: 0, stored: 0, gaps: 0 },
};

/**
 * Each session of a stream counts its epochs from 1 under the same workflow id, so a message says which session it is
 * of; those of a host of an earlier release do not.
 */
export type OfSession<Message> = Message & { sessionId?: string };

export interface SegmentEnded {
  epoch: number;
  end: CaptureEnd;
}

/** What a successor is told when its slots begin. */
export interface BeginCapture {
  segmentId: string;
  predecessor: Predecessor;
  policy: Policy;
  /** The segment before it was cut while it captured, so no slot is without a picture in between. */
  isSeamless: boolean;
  /** The stream is told of its first picture, which ends an interruption. */
  isAway: boolean;
}

export const changeCaptureRateSignal = defineSignal<[{ everyMs: number }]>('changeCaptureRate');
export const setRiskLevelSignal = defineSignal<[{ level: string }]>('setRiskLevel');
export const pauseStreamSignal = defineSignal('pauseStream');
export const resumeStreamSignal = defineSignal('resumeStream');
export const stopStreamSignal = defineSignal('stopStream');
export const captureReportedSignal = defineSignal<[OfSession<CaptureReport>]>('captureReported');
export const segmentEndedSignal = defineSignal<[OfSession<SegmentEnded>]>('segmentEnded');
/** The lease of a host has lapsed: its captures are taken over. */
export const hostLostSignal = defineSignal<[HostInstance]>('hostLost');
/** To `captureHost`: this process captures from now on, and none before it. */
export const hostStartedSignal = defineSignal<[{ instance: string }]>('hostStarted');
export const setCapturePolicyUpdate = defineUpdate<AppliedPolicy, [PolicyChange]>('setCapturePolicy');
export const streamStateQuery = defineQuery<StreamState>('streamState');
/** Whether the segment of that epoch and session is the stream's, or is to be: what a host asks that has lost touch. */
export const isCurrentSegmentQuery = defineQuery<boolean, [epoch: number, sessionId?: string]>('isCurrentSegment');
/** Whether a stream runs with exactly these settings: how a repeated start tells itself from a conflicting one. */
export const hasSettingsQuery = defineQuery<boolean, [StreamSettings]>('hasSettings');
export const redriveStateQuery = defineQuery<RedriveState>('redriveState');
export const transcodeStateQuery = defineQuery<TranscodeState>('transcodeState');
/** Somebody plays the video from there, milliseconds of the media: what comes next is made first. */
export const playSignal = defineSignal<[{ atMs: number }]>('play');

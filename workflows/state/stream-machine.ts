import type { Problem } from '../../contracts/errors.js';
import type { StreamEventKind } from '../../contracts/events.js';
import type { EndReason } from '../../contracts/ledger.js';
import type { CaptureEnd, CaptureReport, SegmentEnded } from '../../contracts/messages.js';
import {
  changePolicy,
  type AppliedPolicy,
  type Policy,
  type PolicyChange,
  type StreamPhase,
  type StreamSettings,
} from '../../contracts/stream.js';

/**
 * A live stream's state, without Temporal: the workflow feeds it what happens and carries out what `nextAction` asks
 * for. It is plain data, so continue-as-new carries it whole.
 */
export interface StreamMachine {
  settings: StreamSettings;
  sessionId: string;
  startedAtMs: number;
  phase: StreamPhase;
  policy: Policy;
  /** What the running capture confirmed. */
  applied?: AppliedPolicy;
  /** Counts the segments of the session. */
  epoch: number;
  segment?: Segment;
  /** Where the account of the last segment ended. */
  continues?: Pick<CaptureEnd, 'untilMs' | 'timeline'>;
  firstSlotMs?: number;
  interruptions: number;
  problem?: Problem;
  announcements: Announcement[];
  /** Why the session is to end; decided once. */
  ending?: EndReason;
}

export interface Segment {
  epoch: number;
  /** Known once the capture runs; unknown again when its host does not answer. */
  host?: string;
  /** The newest policy that its capture has. */
  revision: number;
  isAskedToStop: boolean;
}

export interface Announcement {
  kind: StreamEventKind;
  atMs: number;
  occurrence: number;
  everyMs: number;
  epoch: number;
  reason?: string;
}

export type Action =
  | { kind: 'start-segment' }
  | { kind: 'push-policy'; host: string }
  | { kind: 'stop-segment' }
  | { kind: 'finish' }
  | { kind: 'wait' };

export function nextAction({ ending, segment, policy }: StreamMachine): Action {
  if (!segment) return ending ? { kind: 'finish' } : { kind: 'start-segment' };
  if (ending) return segment.isAskedToStop ? { kind: 'wait' } : { kind: 'stop-segment' };
  const { host, revision } = segment;
  return host !== undefined && revision < policy.revision ? { kind: 'push-policy', host } : { kind: 'wait' };
}

export function withSegmentStarted(machine: StreamMachine): StreamMachine {
  const epoch = machine.epoch + 1;
  return { ...machine, epoch, segment: { epoch, revision: machine.policy.revision, isAskedToStop: false } };
}

export const withPolicyChange = (machine: StreamMachine, change: PolicyChange): StreamMachine => ({
  ...machine,
  policy: changePolicy(machine.policy, { change, settings: machine.settings }),
});

export const withPolicyApplied = (machine: StreamMachine, applied: AppliedPolicy): StreamMachine =>
  withSegment({ ...machine, applied }, { revision: applied.revision });

/** The host did not answer: it tells the stream when it, or another, captures again. */
export function withHostLost(machine: StreamMachine): StreamMachine {
  if (!machine.segment) return machine;
  const { host: _, ...segment } = machine.segment;
  return { ...machine, segment };
}

export const withStopAsked = (machine: StreamMachine): StreamMachine => withSegment(machine, { isAskedToStop: true });

/** The first reason decides; a failed session stays failed. */
export const withEnding = (machine: StreamMachine, reason: EndReason): StreamMachine => ({
  ...machine,
  ending: machine.ending ?? reason,
});

export function withReport(machine: StreamMachine, report: CaptureReport): StreamMachine {
  if (report.epoch !== machine.segment?.epoch) return machine;
  switch (report.kind) {
    case 'attached':
      // It may be another attempt of the activity, which knows neither a later policy nor that it was asked to stop.
      return withSegment(machine, { host: report.host, revision: report.revision, isAskedToStop: false });
    case 'waiting':
      return { ...machine, problem: report.problem };
    case 'interrupted':
      return announce(
        { ...machine, phase: 'interrupted', problem: report.problem, interruptions: machine.interruptions + 1 },
        { kind: 'interrupted', atMs: report.atMs, reason: report.problem.code },
      );
    case 'capturing': {
      const { problem: _, ...healthy } = machine;
      const capturing: StreamMachine = {
        ...healthy,
        phase: 'capturing',
        firstSlotMs: machine.firstSlotMs ?? report.firstSlotMs,
      };
      if (machine.phase === 'waiting') return announce(capturing, { kind: 'started', atMs: report.atMs });
      return machine.phase === 'interrupted' ? announce(capturing, { kind: 'resumed', atMs: report.atMs }) : capturing;
    }
  }
}

export function withSegmentEnded(machine: StreamMachine, { epoch, end }: SegmentEnded): StreamMachine {
  if (epoch !== machine.segment?.epoch) return machine;
  const { segment: _, applied: __, ...rest } = machine;
  const account = end.timeline.length > 0 ? { continues: { untilMs: end.untilMs, timeline: end.timeline } } : {};
  const problem = end.problem ? { problem: end.problem } : {};
  return withEndOf({ ...rest, ...account, ...problem }, end);
}

function withEndOf(machine: StreamMachine, { reason }: CaptureEnd): StreamMachine {
  switch (reason) {
    case 'source-ended':
    case 'failed':
    case 'stopped':
      return withEnding(machine, reason);
    case 'segment-over':
    case 'handover':
    case 'lost':
      return machine;
  }
}

function announce(
  machine: StreamMachine,
  { kind, atMs, reason }: Pick<Announcement, 'kind' | 'atMs' | 'reason'>,
): StreamMachine {
  const { interruptions: occurrence, epoch } = machine;
  const announcement: Announcement = { kind, atMs, occurrence, epoch, everyMs: machine.policy.everyMs };
  return {
    ...machine,
    announcements: [...machine.announcements, reason === undefined ? announcement : { ...announcement, reason }],
  };
}

const withSegment = (machine: StreamMachine, change: Partial<Segment>): StreamMachine =>
  machine.segment ? { ...machine, segment: { ...machine.segment, ...change } } : machine;

import type { EndReason } from '../../contracts/ledger.js';
import type {
  CaptureEnd,
  CaptureReport,
  Cut,
  HostInstance,
  OfSession,
  Predecessor,
  SegmentEnded,
} from '../../contracts/messages.js';
import { policyAfter, type AppliedPolicy, type PolicyChange } from '../../contracts/stream.js';
import type { StreamMachine, Segment, Announcement, Action } from './stream-state.js';

export function nextAction({ ending, segment, successor, retiring, policy }: StreamMachine): Action {
  if (successor && (ending ?? successor.isLost)) return { kind: 'drop-successor' };
  if (ending) {
    if (segment) return { kind: segment.isAskedToStop ? 'wait' : 'stop-segment' };
    return { kind: retiring.length > 0 ? 'await-retiring' : 'finish' };
  }
  if (successor?.ready) return { kind: 'relay' };
  if (!segment) return { kind: successor ? 'wait' : 'start-segment' };
  const { host, revision, wantsRelay, isLost } = segment;
  if ((wantsRelay ?? isLost) && !successor) return { kind: 'start-successor' };
  return host !== undefined && !isLost && revision < policy.revision ? { kind: 'push-policy', host } : { kind: 'wait' };
}

export function withSegmentStarted(machine: StreamMachine): StreamMachine {
  const epoch = machine.epoch + 1;
  return { ...machine, epoch, segment: { epoch, revision: machine.policy.revision, isAskedToStop: false } };
}

export function withSuccessorStarted(machine: StreamMachine, tries = 0): StreamMachine {
  const epoch = machine.epoch + 1;
  return { ...machine, epoch, successor: { epoch, tries } };
}

/** Nobody captures: neither a segment that lives nor, as far as is known, a successor. */
export const isUncaptured = ({ segment, successor }: StreamMachine): boolean =>
  (!segment || segment.isLost === true) && successor !== undefined && !successor.isTaken && !successor.ready;

export function withSuccessorDropped({ successor, ...machine }: StreamMachine): StreamMachine {
  return successor ? { ...machine, retiring: [...machine.retiring, successor.epoch] } : machine;
}

/** The segment's slots end at the cut; without one its host is lost, and its account to be recovered. */
export function withSegmentRelieved(machine: StreamMachine, cut: Cut | undefined): StreamMachine {
  const { segment, ...rest } = machine;
  if (!segment) return machine;
  const { epoch } = segment;
  // A lost host ends its segment when it is back, or not before its heartbeat has run out: nobody waits for that.
  if (!cut) return { ...rest, predecessor: { epoch } };
  return { ...rest, predecessor: { epoch, cut }, retiring: [...rest.retiring, epoch] };
}

export function withSuccessorBegun(machine: StreamMachine, applied: AppliedPolicy): StreamMachine {
  const { successor, ...rest } = machine;
  if (!successor?.ready) return machine;
  const { host, instance } = successor.ready;
  const { epoch, isLost } = successor;
  const segment: Segment = {
    epoch,
    host,
    instance,
    revision: applied.revision,
    isAskedToStop: false,
    ...(isLost ? { isLost } : {}),
  };
  // What the old host confirmed still holds where the policy is the same.
  const isSame = applied.fromSlotMs === null && rest.applied?.revision === applied.revision;
  return { ...rest, segment, ...(isSame ? {} : { applied }) };
}

export const withPolicyChange = (machine: StreamMachine, change: PolicyChange): StreamMachine => ({
  ...machine,
  policy: policyAfter(machine.policy, { change, settings: machine.settings }),
});

export const withPolicyApplied = (machine: StreamMachine, applied: AppliedPolicy): StreamMachine =>
  withSegment({ ...machine, applied }, { revision: applied.revision });

/** The host did not answer: it tells the stream when it, or another, captures again. */
export function withHostSilent(machine: StreamMachine): StreamMachine {
  if (!machine.segment) return machine;
  const { host: _, ...segment } = machine.segment;
  return { ...machine, segment };
}

export function withHostLost(machine: StreamMachine, { instance }: HostInstance): StreamMachine {
  const { successor } = machine;
  if (successor?.ready?.instance === instance) return { ...machine, successor: { ...successor, isLost: true } };
  return machine.segment?.instance === instance ? withSegment(machine, { isLost: true }) : machine;
}

export const withStopAsked = (machine: StreamMachine): StreamMachine => withSegment(machine, { isAskedToStop: true });

/** The first reason decides; a failed session stays failed. */
export const withEnding = (machine: StreamMachine, reason: EndReason): StreamMachine => ({
  ...machine,
  ending: machine.ending ?? reason,
});

export function withReport(machine: StreamMachine, report: OfSession<CaptureReport>): StreamMachine {
  const { segment, successor } = machine;
  if (!isOfSession(machine, report)) return machine;
  if (report.epoch === successor?.epoch) return withSuccessorReport(machine, report);
  if (report.epoch !== segment?.epoch) return machine;
  const { isLost: _, ...living } = segment;
  return withSegmentReport({ ...machine, segment: living }, report);
}

function withSuccessorReport(machine: StreamMachine, report: CaptureReport): StreamMachine {
  const { successor } = machine;
  if (!successor) return machine;
  if (report.kind === 'attached') return { ...machine, successor: { ...successor, isTaken: true } };
  if (report.kind !== 'ready') return machine;
  const { host, instance, revision, firstSlotMs } = report;
  return { ...machine, successor: { ...successor, ready: { host, instance, revision, firstSlotMs } } };
}

function withSegmentReport(machine: StreamMachine, report: CaptureReport): StreamMachine {
  switch (report.kind) {
    case 'ready':
      return machine;
    case 'attached': {
      // It may be another attempt of the activity, which knows neither a later policy nor that it was asked to stop.
      const { host, instance, revision } = report;
      return withSegment(machine, { host, instance, revision, isAskedToStop: false });
    }
    case 'relay-wanted':
      return withSegment(machine, { wantsRelay: true });
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

/** In histories from before it was patched, the end of a successor made the stream forget that its host was lost. */
type EndNoted = OfSession<SegmentEnded> & { forgetsLoss?: boolean };

export function withSegmentEnded(
  machine: StreamMachine,
  { epoch, end, forgetsLoss = false, ...of }: EndNoted,
): StreamMachine {
  if (!isOfSession(machine, of)) return machine;
  if (epoch === machine.successor?.epoch) return withSuccessorEnded(machine, { end, forgetsLoss });
  if (epoch !== machine.segment?.epoch) {
    const retiring = machine.retiring.filter((each) => each !== epoch);
    return retiring.length < machine.retiring.length ? { ...machine, retiring } : machine;
  }
  const { segment: _, applied: __, ...rest } = machine;
  const { untilMs, timeline } = end;
  const predecessor: Predecessor = timeline.length > 0 ? { epoch, cut: { untilMs, timeline } } : { epoch };
  return withEndOf({ ...rest, predecessor }, end);
}

/**
 * It never captured: the segment beside it asks again if it still wants a relay. Without one that lives, the end of the
 * successor is the stream's, or another successor is tried.
 */
function withSuccessorEnded(
  machine: StreamMachine,
  { end, forgetsLoss }: { end: CaptureEnd; forgetsLoss: boolean },
): StreamMachine {
  const { successor: _, segment, ...rest } = machine;
  if (!segment) return withEndOf(rest, end);
  const { wantsRelay: __, isLost, ...kept } = segment;
  if (!isLost || forgetsLoss) return { ...rest, segment: kept };
  return withEndOf({ ...rest, segment: { ...kept, isLost } }, end);
}

function withEndOf(machine: StreamMachine, { reason, problem }: CaptureEnd): StreamMachine {
  const told = problem ? { ...machine, problem } : machine;
  return reason === 'handover' || reason === 'lost' ? told : withEnding(told, reason);
}

/** What a host is told that has lost touch with the stream. */
export const isCurrentSegment = (
  machine: StreamMachine,
  { epoch, ...of }: { epoch: number; sessionId?: string | undefined },
): boolean => isOfSession(machine, of) && (epoch === machine.segment?.epoch || epoch === machine.successor?.epoch);

const isOfSession = (machine: StreamMachine, { sessionId }: { sessionId?: string | undefined }): boolean =>
  sessionId === undefined || sessionId === machine.sessionId;

function announce(
  machine: StreamMachine,
  { kind, atMs, reason }: Pick<Announcement, 'kind' | 'atMs' | 'reason'>,
): StreamMachine {
  const { interruptions: occurrence, segment, epoch } = machine;
  const announcement: Announcement = {
    kind,
    atMs,
    occurrence,
    epoch: segment?.epoch ?? epoch,
    everyMs: machine.policy.everyMs,
  };
  return {
    ...machine,
    announcements: [...machine.announcements, reason === undefined ? announcement : { ...announcement, reason }],
  };
}

const withSegment = (machine: StreamMachine, change: Partial<Segment>): StreamMachine =>
  machine.segment ? { ...machine, segment: { ...machine.segment, ...change } } : machine;

import { condition, log, patched, setHandler } from '@temporalio/workflow';
import { problemOf } from '../../contracts/errors.js';
import {
  captureReportedSignal,
  changeCaptureRateSignal,
  hasSettingsQuery,
  hostLostSignal,
  pauseStreamSignal,
  resumeStreamSignal,
  segmentEndedSignal,
  isCurrentSegmentQuery,
  setCapturePolicyUpdate,
  setRiskLevelSignal,
  stopStreamSignal,
  streamStateQuery,
} from '../../contracts/messages.js';
import {
  isSameStream,
  policyAfter,
  parsePolicyChange,
  type AppliedPolicy,
  type PolicyChange,
} from '../../contracts/stream.js';
import type { Holder } from '../kit/holder.js';
import { APPLY_WITHIN } from '../policies.js';
import {
  isCurrentSegment,
  withEnding,
  withHostLost,
  withPolicyChange,
  withReport,
  withSegmentEnded,
} from '../state/stream-machine.js';
import type { StreamMachine } from '../state/stream-state.js';
import { stateOf } from './show-state.js';

/** Handlers only record what was asked; the stream's loop carries it out. */
export function registerHandlers(holder: Holder<StreamMachine>): void {
  setHandler(streamStateQuery, () => stateOf(holder.machine), { description: 'Phase, policy, host and last problem' });
  setHandler(hasSettingsQuery, (settings) => isSameStream(settings, holder.machine.settings));
  setHandler(isCurrentSegmentQuery, (epoch, sessionId) => isCurrentSegment(holder.machine, { epoch, sessionId }));
  setHandler(setCapturePolicyUpdate, (change) => applyChange(holder, change), {
    validator: (change) => {
      policyAfter(holder.machine.policy, { change: parsePolicyChange(change), settings: holder.machine.settings });
    },
    description: 'Changes rate, risk level or pause, e.g. {"everyMs":250}; answers from which slot it holds',
  });
  setHandler(changeCaptureRateSignal, (change) => record(holder, { everyMs: change.everyMs }), {
    description: 'Changes the rate, e.g. {"everyMs":250}',
  });
  setHandler(setRiskLevelSignal, (change) => record(holder, { risk: change.level }), {
    description: 'Captures at the rate of a risk level, e.g. {"level":"high"}',
  });
  setHandler(pauseStreamSignal, () => record(holder, { paused: true }), {
    description: 'Stores nothing until resumed; the slots are recorded as paused',
  });
  setHandler(resumeStreamSignal, () => record(holder, { paused: false }), { description: 'Captures again' });
  setHandler(
    stopStreamSignal,
    () => {
      holder.machine = withEnding(holder.machine, 'stopped');
    },
    { description: 'Ends the session properly' },
  );
  setHandler(captureReportedSignal, (report) => {
    holder.machine = withReport(holder.machine, report);
  });
  setHandler(segmentEndedSignal, (ended) => {
    holder.machine = withSegmentEnded(holder.machine, { ...ended, forgetsLoss: !patched('lost-host-stays-lost') });
  });
  setHandler(
    hostLostSignal,
    (lost) => {
      holder.machine = withHostLost(holder.machine, lost);
    },
    { description: 'The lease of a capture host has lapsed' },
  );
}

/** A signal has nobody to complain to, so one that asks for nonsense is logged and changes nothing. */
function record(holder: Holder<StreamMachine>, change: unknown): void {
  try {
    holder.machine = withPolicyChange(holder.machine, parsePolicyChange(change));
  } catch (error) {
    const problem = problemOf(error);
    if (!problem) throw error;
    log.warn('signal ignored', { ...problem });
  }
}

async function applyChange(holder: Holder<StreamMachine>, change: PolicyChange): Promise<AppliedPolicy> {
  holder.machine = withPolicyChange(holder.machine, parsePolicyChange(change));
  const { policy } = holder.machine;
  const isApplied = () => (holder.machine.applied?.revision ?? -1) >= policy.revision;
  await condition(
    () => isApplied() || holder.machine.segment?.host === undefined || holder.machine.ending !== undefined,
    APPLY_WITHIN,
  );
  const { applied } = holder.machine;
  return applied && isApplied() ? applied : { ...policy, fromSlotMs: null };
}

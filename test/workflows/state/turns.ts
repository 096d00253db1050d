import type { CaptureEnd, CaptureReport } from '../../../contracts/messages.js';
import { parseStreamRequest, type AppliedPolicy } from '../../../contracts/stream.js';
import {
  withEnding,
  withHostSilent,
  withPolicyApplied,
  withPolicyChange,
  withReport,
  withSegmentEnded,
  withSegmentStarted,
  withStopAsked,
} from '../../../workflows/state/stream-machine.js';
import type { StreamMachine } from '../../../workflows/state/stream-state.js';

export const T0 = 1_700_000_000_000;
export const PROBLEM = { code: 'source-stalled', message: 'it stalled' } as const;
export const settings = parseStreamRequest({
  streamId: 'cam',
  source: { url: 'rtmp://host/app/key' },
  capture: { everyMs: 1000 },
});

export const fresh: StreamMachine = {
  settings,
  sessionId: 's',
  startedAtMs: T0,
  phase: 'waiting',
  epoch: 0,
  interruptions: 0,
  announcements: [],
  policy: { revision: 0, everyMs: 1000, isPaused: false },
  retiring: [],
};
export type Turn = (machine: StreamMachine) => StreamMachine;
export const given = (...turns: Turn[]): StreamMachine => turns.reduce((machine, turn) => turn(machine), fresh);

export const start: Turn = withSegmentStarted;
export const stopAsked: Turn = withStopAsked;
export const hostSilent: Turn = withHostSilent;
export const report =
  (of: Omit<CaptureReport, 'epoch'> & { epoch?: number }): Turn =>
  (machine) =>
    withReport(machine, { epoch: machine.epoch, ...of } as CaptureReport);
export const attached = (host = 'a', revision = 0): Turn =>
  report({ kind: 'attached', host, instance: `${host}1`, revision } as never);
export const capturing = (firstSlotMs = T0): Turn => report({ kind: 'capturing', atMs: T0 + 5, firstSlotMs } as never);
export const waiting: Turn = report({ kind: 'waiting', atMs: T0, problem: PROBLEM } as never);
export const interrupted: Turn = report({ kind: 'interrupted', atMs: T0 + 9, problem: PROBLEM } as never);
export const rate =
  (everyMs: number): Turn =>
  (machine) =>
    withPolicyChange(machine, { everyMs });
export const applied =
  (policy: Partial<AppliedPolicy>): Turn =>
  (machine) =>
    withPolicyApplied(machine, { ...machine.policy, fromSlotMs: T0 + 1000, ...policy });
export const ended =
  (reason: CaptureEnd['reason'], change: Partial<CaptureEnd> = {}, epoch?: number): Turn =>
  (machine) =>
    withSegmentEnded(machine, {
      epoch: epoch ?? machine.epoch,
      end: { reason, untilMs: 0, timeline: [], counts: { due: 0, stored: 0, gaps: 0 }, ...change },
    });
export const ending =
  (reason: 'stopped' | 'cancelled' | 'failed'): Turn =>
  (machine) =>
    withEnding(machine, reason);

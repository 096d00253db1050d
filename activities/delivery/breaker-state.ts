/** Why a destination is left alone: it does not answer, or it answers that it will not. */
export type Trouble = 'outage' | 'denied';

export type BreakerState =
  | { kind: 'closed'; failures: number }
  | {
      kind: 'open';
      trouble: Trouble;
      sinceMs: number;
      /** Probes that have failed for this trouble. */
      probes: number;
      probeAtMs: number;
      isProbing: boolean;
    };

export interface BreakerPolicy {
  /** Failures in a row, with no success between them, that open it. A denial opens it at once: it is no accident. */
  openAfter: number;
  firstProbeMs: number;
  longestProbeMs: number;
  firstDeniedProbeMs: number;
  longestDeniedProbeMs: number;
  /** Denied probes after which what waits is refused instead of waiting on. */
  refuseAfter: number;
  /** Where something else does the work meanwhile, probes are rare once it has been open for so long. */
  rarely?: { afterMs: number; everyMs: number };
}

/** A recovery is noticed within about a second and a half; a denial gets five tries in about half a minute. */
export const BREAKER_POLICY: BreakerPolicy = {
  openAfter: 3,
  firstProbeMs: 200,
  longestProbeMs: 1500,
  firstDeniedProbeMs: 1000,
  longestDeniedProbeMs: 15_000,
  refuseAfter: 5,
};

export const CLOSED: BreakerState = { kind: 'closed', failures: 0 };

interface Failure {
  trouble: Trouble;
  isProbe: boolean;
  nowMs: number;
  /** In [0, 1): hosts that lost a destination together do not ask for it together. */
  random: number;
}

/** One call has failed. What was under way when it opened says nothing new. */
export function afterFailure(state: BreakerState, failure: Failure, policy: BreakerPolicy): BreakerState {
  const { trouble, isProbe, nowMs } = failure;
  if (state.kind === 'closed') {
    const failures = state.failures + 1;
    if (trouble === 'outage' && failures < policy.openAfter) return { kind: 'closed', failures };
    return open({ sinceMs: nowMs, probes: 0 }, failure, policy);
  }
  if (!isProbe) return state;
  return open({ sinceMs: state.sinceMs, probes: trouble === state.trouble ? state.probes + 1 : 0 }, failure, policy);
}

/** The probe ended without saying anything of the destination: the next call may be one. */
export const afterNothingLearnt = (state: BreakerState, nowMs: number): BreakerState =>
  state.kind === 'open' ? { ...state, isProbing: false, probeAtMs: nowMs } : state;

export const withProbe = (state: BreakerState): BreakerState =>
  state.kind === 'open' ? { ...state, isProbing: true } : state;

export const mayProbe = (state: BreakerState, nowMs: number): boolean =>
  state.kind === 'open' && !state.isProbing && nowMs >= state.probeAtMs;

/** Whether there is nothing to wait for: it was asked often enough, and says that it will not. */
export const refuses = (state: BreakerState, { refuseAfter }: BreakerPolicy): boolean =>
  state.kind === 'open' && state.trouble === 'denied' && state.probes >= refuseAfter;

function open(
  { sinceMs, probes }: { sinceMs: number; probes: number },
  { trouble, nowMs, random }: Failure,
  policy: BreakerPolicy,
): BreakerState {
  const [first, longest] =
    trouble === 'denied'
      ? [policy.firstDeniedProbeMs, policy.longestDeniedProbeMs]
      : [policy.firstProbeMs, policy.longestProbeMs];
  const isRare = policy.rarely !== undefined && nowMs - sinceMs >= policy.rarely.afterMs;
  const pauseMs = isRare ? policy.rarely!.everyMs : Math.min(first * 2 ** probes, longest);
  return { kind: 'open', trouble, sinceMs, probes, probeAtMs: nowMs + pauseMs * (0.5 + random / 2), isProbing: false };
}

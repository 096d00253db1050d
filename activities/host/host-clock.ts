/**
 * The time on which a host counts its slots: Unix milliseconds that run evenly. Neither of its sources is to be believed
 * alone: the monotonic clock stands still while a machine is suspended, the wall clock jumps when somebody sets it, and a
 * process may begin before its machine has the time. So the server of Temporal, which all hosts have in common, is the
 * arbiter: the wall clock counts where the server agrees with it, and the server's where not. Until the server was heard
 * the clock runs on from the wall clock as it was at the start.
 */
export interface HostClock {
  nowMs(): number;
  /**
   * The clock of the server showed `serverMs` at some time between two moments of this clock. The first word may set the
   * clock either way, since nothing was counted yet; from then on it never goes back, and runs at half the pace instead.
   */
  hear(word: { serverMs: number; notBeforeMs: number; notAfterMs: number }): void;
}

interface ClockStart {
  wallMs?: () => number;
  monotonicMs?: () => number;
  /** Called when the wall clock turns out to be off by more than a second, ahead where positive. */
  onSkew(skewMs: number): void;
}

/** What the wall clock and the server may be apart before one of them is wrong. */
const TOLERATED_SKEW_MS = 1000;
/** Of the time that passes: how much the clock is slewed by where it is off a little, and where it is ahead by much. */
const SLEW = 0.005;
const BRAKE = 0.5;

export function createHostClock({
  wallMs = Date.now,
  monotonicMs = () => performance.now(),
  onSkew,
}: ClockStart): HostClock {
  let readMs = monotonicMs();
  /** What the clock is ahead of the monotonic one. */
  let offsetMs = wallMs() - readMs;
  /** The same of the server, as far as it is known. */
  let server: { leastMs: number; mostMs: number } | undefined;

  return {
    nowMs,
    hear({ serverMs, notBeforeMs, notAfterMs }) {
      const isFirst = server === undefined;
      server = { leastMs: serverMs - (notAfterMs - offsetMs), mostMs: serverMs - (notBeforeMs - offsetMs) };
      const skewMs = beyond(wallMs() - monotonicMs(), server);
      if (Math.abs(skewMs) > TOLERATED_SKEW_MS) onSkew(skewMs);
      if (isFirst) offsetMs = trueOffset(server);
    },
  };

  function nowMs(): number {
    const atMs = monotonicMs();
    const passedMs = atMs - readMs;
    readMs = atMs;
    if (server) offsetMs += stepTo(trueOffset(server) - offsetMs, passedMs);
    return atMs + offsetMs;
  }

  /** The wall clock's where the server agrees with it; else as near to what it is now as the server allows. */
  function trueOffset(known: { leastMs: number; mostMs: number }): number {
    const ofWallMs = wallMs() - monotonicMs();
    const isAgreed = Math.abs(beyond(ofWallMs, known)) <= TOLERATED_SKEW_MS;
    return isAgreed ? ofWallMs : offsetMs - beyond(offsetMs, known);
  }
}

/** How far a value lies outside of a range: positive above, negative below. */
const beyond = (value: number, { leastMs, mostMs }: { leastMs: number; mostMs: number }): number =>
  value - Math.min(Math.max(value, leastMs), mostMs);

/** How much of an error is mended at once. */
function stepTo(errorMs: number, passedMs: number): number {
  if (errorMs > TOLERATED_SKEW_MS) return errorMs;
  const mostMs = passedMs * (errorMs < -TOLERATED_SKEW_MS ? BRAKE : SLEW);
  return Math.min(Math.max(errorMs, -mostMs), mostMs);
}

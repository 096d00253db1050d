import { EventEmitter, once } from 'node:events';

/**
 * The time on which a host counts its slots: Unix milliseconds that run evenly. Neither of its sources is to be believed
 * alone: the monotonic clock stands still while a machine is suspended, the wall clock jumps when somebody sets it, and a
 * process may begin before its machine has the time. So the server of Temporal, which all hosts have in common, is the
 * arbiter: the wall clock counts where the server agrees with it, and the server's where not. Until the server was heard
 * the clock runs on from the wall clock as it was at the start.
 */
export interface HostClock {
  nowMs(): number;
  /** The host has asked for its lease: what the server says when it grants it, it says after that. */
  asked(): void;
  /**
   * The server has granted the lease, at that time of its own clock. The first time this may set the clock either way,
   * since nothing was counted yet; from then on it never goes back, and runs at half the pace instead.
   */
  granted(serverMs: number): void;
  /**
   * The server gave work to this host, at that time of its own clock or later. Resolves when the clock is fit to count by:
   * at once where that was just now; where it was long ago, the clock may be ahead, and the lease will tell.
   */
  scheduled(serverMs: number): Promise<void>;
}

interface ClockStart {
  wallMs?: () => number;
  monotonicMs?: () => number;
  /** Called when the wall clock turns out to be off by more than a second, ahead where positive. */
  onSkew(skewMs: number): void;
  /** How long work waits for the first lease. */
  patienceMs?: number;
}

interface Bounds {
  leastMs: number;
  mostMs: number;
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
  patienceMs = 5000,
}: ClockStart): HostClock {
  let readMs = monotonicMs();
  /** What the clock is ahead of the monotonic one. */
  let offsetMs = wallMs() - readMs;
  /** The same of the server, as far as it is known. */
  let server: Bounds | undefined;
  let askedMs: number | undefined;
  let isKnown = false;
  const known = new EventEmitter();

  return {
    nowMs,
    asked() {
      askedMs ??= nowMs();
    },
    granted(serverMs) {
      hear(serverMs, askedMs);
      askedMs = undefined;
      isKnown = true;
      known.emit('known');
    },
    async scheduled(serverMs) {
      if (isKnown) return;
      hear(serverMs);
      if (nowMs() - serverMs <= TOLERATED_SKEW_MS) return;
      await once(known, 'known', { signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined); // It never came.
    },
  };

  function hear(serverMs: number, notBeforeMs = -Infinity): void {
    server = { leastMs: serverMs - (nowMs() - offsetMs), mostMs: serverMs - (notBeforeMs - offsetMs) };
    const skewMs = beyond(wallMs() - monotonicMs(), server);
    if (Math.abs(skewMs) > TOLERATED_SKEW_MS) onSkew(skewMs);
    if (!isKnown) offsetMs = trueOffset(server);
  }

  function nowMs(): number {
    const atMs = monotonicMs();
    const passedMs = atMs - readMs;
    readMs = atMs;
    if (server) offsetMs += stepTo(trueOffset(server) - offsetMs, passedMs);
    return atMs + offsetMs;
  }

  /** The wall clock's where the server agrees with it; else as near to what it is now as the server allows. */
  function trueOffset(bounds: Bounds): number {
    const ofWallMs = wallMs() - monotonicMs();
    const isAgreed = Math.abs(beyond(ofWallMs, bounds)) <= TOLERATED_SKEW_MS;
    return isAgreed ? ofWallMs : offsetMs - beyond(offsetMs, bounds);
  }
}

/** How far a value lies outside of a range: positive above, negative below. */
const beyond = (value: number, { leastMs, mostMs }: Bounds): number =>
  value - Math.min(Math.max(value, leastMs), mostMs);

/** How much of an error is mended at once. */
function stepTo(errorMs: number, passedMs: number): number {
  if (errorMs > TOLERATED_SKEW_MS) return errorMs;
  const mostMs = passedMs * (errorMs < -TOLERATED_SKEW_MS ? BRAKE : SLEW);
  return Math.min(Math.max(errorMs, -mostMs), mostMs);
}

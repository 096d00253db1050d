import { gateIntervalFor } from '../../media/gate.js';
import type { WatchedPull } from '../../media/watched-pull.js';

/** Keeps the gate of the running pull on the slot grid, as the rate changes and as the clock learns. */
export interface GateKeeper {
  /** A new pull starts with an open gate. */
  attach(pull: Pick<WatchedPull, 'setGate'> | undefined): void;
  /** To be called with each live picture. */
  follow(anchorMs: number): void;
  /** Sets the gate for a new rate; returns the milliseconds until it surely lets pass what that rate needs. */
  change(everyMs: number): number;
}

const RESEND_ABOVE_MS = 5;
const RESEND_AFTER_MS = 1000;
/** ffmpeg reads its commands ten times a second. */
const OPENS_WITHIN_MS = 150;

export function createGateKeeper({ everyMs: firstEveryMs, nowMs }: { everyMs: number; nowMs(): number }): GateKeeper {
  let intervalMs = gateIntervalFor(firstEveryMs);
  let pull: Pick<WatchedPull, 'setGate'> | undefined;
  let sent: { anchorMs: number; atMs: number } | undefined;

  return {
    attach(next) {
      pull = next;
      sent = undefined;
    },
    follow(anchorMs) {
      const isOff = !sent || Math.abs(anchorMs - sent.anchorMs) > RESEND_ABOVE_MS;
      if (isOff && nowMs() - (sent?.atMs ?? 0) > RESEND_AFTER_MS) send(anchorMs);
    },
    change(everyMs) {
      const before = intervalMs;
      intervalMs = gateIntervalFor(everyMs);
      if (!sent || intervalMs === before) return 0;
      send(sent.anchorMs);
      return intervalMs < before ? OPENS_WITHIN_MS : 0;
    },
  };

  function send(anchorMs: number): void {
    pull?.setGate({ everyMs: intervalMs, phaseMs: intervalMs > 0 ? -anchorMs % intervalMs : 0 });
    sent = { anchorMs, atMs: nowMs() };
  }
}

import { gateIntervalFor } from './gate.js';
import type { Pull } from './pull.js';

/** Keeps the gate of a pull, which starts open, on the slot grid, as the rate changes and as the clock learns. */
export interface GateKeeper {
  /** To be called with each live picture. */
  follow(anchorMs: number): void;
  /** Sets the gate for a new rate; returns the milliseconds until it surely lets pass what that rate needs. */
  change(everyMs: number): number;
}

const RESEND_ABOVE_MS = 5;
const RESEND_AFTER_MS = 1000;
/** Under changes that follow each other faster than this the gate stays open: each setting of it may skip a picture. */
const CALM_AFTER_MS = 1000;
const OPEN = 0;
/** ffmpeg reads its commands ten times a second. */
const OPENS_WITHIN_MS = 150;

interface KeeperStart extends Pick<Pull, 'setGate'> {
  everyMs: number;
  nowMs(): number;
}

export function createGateKeeper({ everyMs: firstEveryMs, nowMs, setGate }: KeeperStart): GateKeeper {
  let intervalMs = gateIntervalFor(firstEveryMs);
  let sent: { anchorMs: number; atMs: number; intervalMs: number } | undefined;
  let changedMs = -Infinity;
  const isCalm = (): boolean => nowMs() - changedMs > CALM_AFTER_MS;

  return {
    follow(anchorMs) {
      const isOff =
        !sent || Math.abs(anchorMs - sent.anchorMs) > RESEND_ABOVE_MS || (sent.intervalMs !== intervalMs && isCalm());
      if (isOff && nowMs() - (sent?.atMs ?? 0) > RESEND_AFTER_MS) send(anchorMs, intervalMs);
    },
    change(everyMs) {
      const wanted = gateIntervalFor(everyMs);
      if (wanted === intervalMs) return 0;
      intervalMs = wanted;
      const next = isCalm() ? wanted : OPEN;
      changedMs = nowMs();
      if (!sent || next === sent.intervalMs) return 0;
      const before = sent.intervalMs;
      send(sent.anchorMs, next);
      return next < before ? OPENS_WITHIN_MS : 0;
    },
  };

  function send(anchorMs: number, everyMs: number): void {
    setGate({ everyMs, phaseMs: everyMs > OPEN ? -anchorMs % everyMs : 0 });
    sent = { anchorMs, atMs: nowMs(), intervalMs: everyMs };
  }
}

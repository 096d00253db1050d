import { ERRORS, type ErrorCode } from '../../contracts/errors.js';

export interface Outage {
  code: ErrorCode;
  /** When the source last gave a picture, or the capture began. */
  sinceMs: number;
  nowMs: number;
  /** Connections tried since then. */
  attempt: number;
  /** Whether the session has a picture at all. */
  hasPictures: boolean;
  /** The source has an end of its own, and came to it. */
  isFinite: boolean;
}

export type NextStep = { kind: 'retry'; delayMs: number } | { kind: 'end' } | { kind: 'fail' };

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 8000;

/**
 * What follows when a source fails: another try inside the reconnect window, the end of the session, or its failure
 * where there was never a picture. `random` is in [0, 1): streams that fail together must not come back together.
 */
export function nextStep(outage: Outage, { windowMs, random }: { windowMs: number; random: number }): NextStep {
  const { code, sinceMs, nowMs, attempt, hasPictures, isFinite } = outage;
  if (isFinite && hasPictures) return { kind: 'end' };
  if (!hasPictures && !ERRORS[code].retryable) return { kind: 'fail' };
  const leftMs = sinceMs + windowMs - nowMs;
  if (leftMs <= 0) return { kind: hasPictures ? 'end' : 'fail' };
  const backoffMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  return { kind: 'retry', delayMs: Math.min(backoffMs * (0.5 + random / 2), leftMs) };
}

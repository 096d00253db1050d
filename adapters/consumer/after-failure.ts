import { isRetryable } from '../../contracts/patience.js';

/** A record that failed so often for its own reason is poison. */
const MAX_OWN_FAILURES = 5;
const FIRST_DELAY_MS = 100;
const MAX_OWN_DELAY_MS = 2000;
const MAX_OUTAGE_DELAY_MS = 10_000;

/** How often a record has failed in a row. */
export interface Failures {
  /** For its own reason. */
  own: number;
  /** Because something was away. */
  away: number;
}

export const NO_FAILURES: Failures = { own: 0, away: 0 };

export type AfterFailure = { kind: 'again'; afterMs: number; failures: Failures } | { kind: 'poison' };

/**
 * What becomes of a record whose handler has failed. What the catalogue calls retryable is an outage, which no record pays
 * for: it is waited out. Anything else is the record's own fault.
 */
export function afterFailure(error: unknown, { own, away }: Failures): AfterFailure {
  if (isRetryable(error)) {
    const afterMs = Math.min(FIRST_DELAY_MS * 2 ** away, MAX_OUTAGE_DELAY_MS);
    return { kind: 'again', afterMs, failures: { own, away: away + 1 } };
  }
  if (own + 1 === MAX_OWN_FAILURES) return { kind: 'poison' };
  const afterMs = Math.min(FIRST_DELAY_MS * 2 ** own, MAX_OWN_DELAY_MS);
  return { kind: 'again', afterMs, failures: { own: own + 1, away: 0 } };
}

import { problemOf, type ErrorCode } from '../../contracts/errors.js';

/**
 * What a failed delivery says of its destination: `outage` and `denied` are about the destination and count for its
 * breaker; `poison` is about this one frame, `passing` about this one moment, and neither counts.
 */
export type FailureKind = 'outage' | 'denied' | 'poison' | 'passing';

const KINDS: Partial<Record<ErrorCode, FailureKind>> = {
  'store-denied': 'denied',
  'events-denied': 'denied',
  'object-refused': 'poison',
  'event-refused': 'poison',
  'spool-corrupt': 'poison',
  'store-conflict': 'passing',
  'spool-unusable': 'passing',
};

/** A failure that nobody has catalogued is held for an outage: it is tried again until the frame is too old. */
export function failureKindOf(failure: unknown): FailureKind {
  const problem = problemOf(failure);
  return (problem && KINDS[problem.code]) ?? 'outage';
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** The pause of one frame after its own failure; `random` is in [0, 1). An outage is paced by the breaker, not by this. */
export const pauseAfter = (attempts: number, random: number): number =>
  Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS) * (0.5 + random / 2);

import { ERRORS, problemOf } from './errors.js';

/**
 * How a transfer is repeated, as options of p-retry: long enough for a peer that is away for some minutes, and by each
 * request anew, so that what goes on is never given up.
 */
export const PATIENCE = {
  retries: Infinity,
  minTimeout: 500,
  maxTimeout: 10_000,
  randomize: true,
  maxRetryTime: 900_000,
} as const;

/** Answers of HTTP in the 4xx range that the same request may not get a second time: too slow, too early, too often. */
export const isPassingStatus = (status: number): boolean => status === 408 || status === 425 || status === 429;

/** Whether the same request may succeed later; what is not in the catalogue is a fault of the program. */
export function isRetryable(error: unknown): boolean {
  const problem = problemOf(error);
  return problem !== undefined && ERRORS[problem.code].retryable;
}

import { problemOf, type ErrorCode } from '../contracts/errors.js';

/** What the shell is told; part of the command line's contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, conflict: 4, unreachable: 5 } as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  'request-invalid': EXIT.usage,
  'stream-id-invalid': EXIT.usage,
  'interval-out-of-range': EXIT.usage,
  'size-out-of-range': EXIT.usage,
  'risk-level-unknown': EXIT.usage,
  'source-url-invalid': EXIT.usage,
  'source-scheme-unsupported': EXIT.usage,
  'config-invalid': EXIT.usage,
  'task-id-invalid': EXIT.usage,
  'input-url-invalid': EXIT.usage,
  'stream-not-found': EXIT.notFound,
  'dead-letter-not-found': EXIT.notFound,
  'task-not-found': EXIT.notFound,
  'profile-not-found': EXIT.notFound,
  'stream-conflict': EXIT.conflict,
  'task-conflict': EXIT.conflict,
  'task-ended': EXIT.conflict,
  'profile-conflict': EXIT.conflict,
  'temporal-unreachable': EXIT.unreachable,
  'store-unreachable': EXIT.unreachable,
  'events-unreachable': EXIT.unreachable,
  'worker-missing': EXIT.unreachable,
};

export function exitCodeOf(error: unknown): number {
  const problem = problemOf(error);
  return (problem && BY_CODE[problem.code]) ?? EXIT.failed;
}

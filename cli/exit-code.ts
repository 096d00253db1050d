import { ANSWERS, ERRORS, problemOf } from '../contracts/errors.js';

/** What the shell is told; part of the command line's contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, conflict: 4, unreachable: 5 } as const;

export function exitCodeOf(error: unknown): number {
  const problem = problemOf(error);
  return problem ? ANSWERS[ERRORS[problem.code].answer].exit : EXIT.failed;
}

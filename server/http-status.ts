import { ANSWERS, ERRORS, problemOf, type Problem } from '../contracts/errors.js';

/** What an answer says of a failure; one that nobody has catalogued is ours, and nothing is told of it. */
export function answerTo(error: unknown): { status: number; problem: Pick<Problem, 'code' | 'message'> | undefined } {
  const problem = problemOf(error);
  if (!problem) return { status: 500, problem: undefined };
  const { code, message } = problem;
  return { status: ANSWERS[ERRORS[code].answer].status, problem: { code, message } };
}

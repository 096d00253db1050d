import { ERRORS, problemOf, type ErrorCode, type Problem } from '../contracts/errors.js';

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  'token-missing': 401,
  'task-not-found': 404,
  'profile-not-found': 404,
  'task-conflict': 409,
  'task-ended': 409,
};

/** What an answer says of a failure; one that is no input's fault and may pass is answered with 503. */
export function answerTo(error: unknown): { status: number; problem: Pick<Problem, 'code' | 'message'> | undefined } {
  const problem = problemOf(error);
  if (!problem) return { status: 500, problem: undefined };
  const { code, message } = problem;
  const status = BY_CODE[code] ?? (ERRORS[code].fault === 'input' ? 400 : ERRORS[code].retryable ? 503 : 500);
  return { status, problem: { code, message } };
}

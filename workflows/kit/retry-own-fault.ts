import { isCancellation } from '@temporalio/workflow';
import { problemOf, type Problem } from '../../contracts/errors.js';
import { PIECE_FAULTS, PIECE_TRIES } from '../policies.js';

/** Repeats what failed by its own fault; each time is an activity of its own, so that attempts tell of lost workers alone. */
export async function retryOwnFault<Result>(
  call: () => Promise<Result>,
  onFault: (problem: Problem) => void = () => undefined,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const problem = isCancellation(error) ? undefined : problemOf(error);
      if (!problem || tries >= PIECE_TRIES || !PIECE_FAULTS.some((code) => code === problem.code)) throw error;
      onFault(problem);
    }
  }
}

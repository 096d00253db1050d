import { problemOf, type ErrorCode } from '../../contracts/errors.js';

/** For `assert.rejects`: the failure is in the catalogue, under this code. */
export const failingWith =
  (code: ErrorCode) =>
  (error: unknown): boolean => {
    if (problemOf(error)?.code === code) return true;
    throw error;
  };

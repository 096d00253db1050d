import type { Disposition } from '../../contracts/dead-letter.js';
import { ERRORS, type ErrorCode } from '../../contracts/errors.js';

/** What a failure says of the letter that it leaves. */
export function dispositionOf(code: ErrorCode): Disposition {
  if (ERRORS[code].retryable) return 'exhausted';
  return code.endsWith('-denied') ? 'rejected' : 'poison';
}

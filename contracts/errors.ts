import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { ANSWERS } from './catalogue-entry.js';
import { ERRORS } from './error-catalogue.js';
import { redact } from './redact.js';

export { ANSWERS, ERRORS };

export type ErrorCode = keyof typeof ERRORS;

export interface FaultDetails {
  /** The line to reproduce the failure by hand, redacted. */
  command?: string;
  /** The last lines of the failing process, redacted. */
  tail?: string[];
}

/** The only place that makes an ApplicationFailure: its type is the code, its message and details are redacted. */
export function fault(
  code: ErrorCode,
  message: string,
  { cause, ...details }: FaultDetails & { cause?: unknown } = {},
): ApplicationFailure {
  const redacted: FaultDetails = {
    ...(details.command === undefined ? {} : { command: redact(details.command) }),
    ...(details.tail === undefined ? {} : { tail: details.tail.map(redact) }),
  };
  return ApplicationFailure.create({
    type: code,
    message: redact(message),
    nonRetryable: !ERRORS[code].retryable,
    details: Object.keys(redacted).length > 0 ? [redacted] : [],
    ...(cause instanceof Error ? { cause: redactedCause(cause) } : {}),
  });
}

/** Causes are kept in workflow histories with their messages and stacks, so they pass the same function. */
function redactedCause(cause: Error): Error {
  if (cause instanceof TemporalFailure) return cause;
  const copy = new Error(
    redact(cause.message),
    cause.cause instanceof Error ? { cause: redactedCause(cause.cause) } : {},
  );
  copy.name = cause.name;
  if (cause.stack !== undefined) copy.stack = redact(cause.stack);
  return Object.assign(copy, wordsOf(cause));
}

/** Short words by which libraries tell their errors apart, such as `type` or `code`; a word holds no secret. */
const wordsOf = (error: Error): object =>
  Object.fromEntries(
    Object.entries(error).filter(([, value]) => typeof value === 'string' && /^[A-Z_]{1,40}$/.test(value)),
  );

export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(ERRORS, text);

/** What went wrong, as states, events and the command line show it. */
export interface Problem extends FaultDetails {
  code: ErrorCode;
  message: string;
}

/** The outermost catalogued failure of a chain of causes, or undefined where none is catalogued. */
export function problemOf(error: unknown): Problem | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && isErrorCode(at.type)) {
      return { code: at.type, message: at.message, ...(at.details?.[0] as FaultDetails | undefined) };
    }
  }
  return undefined;
}

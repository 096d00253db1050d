import { fault, type ErrorCode } from '../../contracts/errors.js';

interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
}

/** Answers in the 4xx range that the same request may not get a second time. */
const PASSING = new Set([408, 409, 425, 429]);
const PASSING_NAMES = new Set(['RequestTimeout', 'SlowDown', 'OperationAborted', 'BadDigest', 'IncompleteBody']);

/** No such key. A missing bucket is another matter, except for a HEAD, whose answer has no body to tell the two apart. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as ServiceError;
  return name === 'NoSuchKey' || (name === 'NotFound' && $metadata?.httpStatusCode === 404);
}

export function storeFault(error: unknown, what: string): Error {
  const { name, message, $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  return fault(codeOf({ name, status }), `${what}: ${name}${status ? ` (${status})` : ''}: ${message}`, {
    cause: error,
  });
}

function codeOf({ name, status }: { name: string; status: number | undefined }): ErrorCode {
  if (name === 'CredentialsProviderError') return 'store-denied';
  if (status === undefined || PASSING.has(status) || PASSING_NAMES.has(name)) return 'store-unreachable';
  return (status >= 300 && status < 500) || status === 501 ? 'store-denied' : 'store-unreachable';
}

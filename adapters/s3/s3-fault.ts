import { fault, type ErrorCode } from '../../contracts/errors.js';
import { isPassingStatus } from '../../contracts/patience.js';

interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
}

const PASSING_NAMES = new Set(['RequestTimeout', 'SlowDown', 'BadDigest', 'IncompleteBody']);

/** Says nothing of what is allowed: credentials that cannot be had now or are past their time, a clock, a bucket that moves. */
const UNSETTLED_NAMES = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
]);

/** Refused for what one object is; the next one may be welcome. */
const REFUSED_NAMES = new Set(['EntityTooLarge', 'KeyTooLongError', 'MetadataTooLarge', 'InvalidDigest']);
const TOO_LARGE = 413;
const CONFLICT = 409;

/** Somebody has written the key before: the answer to `If-None-Match: *`. */
export const isTaken = (error: unknown): boolean => (error as ServiceError).$metadata?.httpStatusCode === 412;

/** The server does not know the condition. */
export const isNotImplemented = (error: unknown): boolean =>
  (error as ServiceError).name === 'NotImplemented' || (error as ServiceError).$metadata?.httpStatusCode === 501;

/** No such key. A missing bucket is another matter, except for a HEAD, whose answer has no body to tell the two apart. */
export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as ServiceError;
  return name === 'NoSuchKey' || (name === 'NotFound' && $metadata?.httpStatusCode === 404);
}

/** A condition that the server does not know, where nothing may be put without one. */
export const unconditional = (what: string, cause?: unknown): Error =>
  fault(
    'store-unconditional',
    `${what}: the store does not hold to If-None-Match, by which the first writer of an object wins`,
    { cause },
  );

export function storeFault(error: unknown, what: string): Error {
  const { name, message, $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode;
  return fault(codeOf({ name, status }), `${what}: ${name}${status ? ` (${status})` : ''}: ${message}`, {
    cause: error,
  });
}

function codeOf({ name, status }: { name: string; status: number | undefined }): ErrorCode {
  if (UNSETTLED_NAMES.has(name)) return 'store-unreachable';
  if (status === TOO_LARGE || REFUSED_NAMES.has(name)) return 'object-refused';
  if (status === CONFLICT) return 'store-conflict';
  if (status === undefined || isPassingStatus(status) || PASSING_NAMES.has(name)) return 'store-unreachable';
  return (status >= 400 && status < 500) || status === 501 ? 'store-denied' : 'store-unreachable';
}

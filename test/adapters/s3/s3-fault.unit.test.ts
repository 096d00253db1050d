import assert from 'node:assert/strict';
import { storeFault } from '../../../adapters/s3/s3-fault.js';
import { problemOf, type ErrorCode } from '../../../contracts/errors.js';

const failing = (name: string, status?: number): Error =>
  Object.assign(new Error('no'), { name, $metadata: status === undefined ? {} : { httpStatusCode: status } });

describe('a failure of S3', () => {
  const CASES: [string, number | undefined, ErrorCode][] = [
    ['CredentialsProviderError', undefined, 'store-unreachable'],
    ['TokenProviderError', undefined, 'store-unreachable'],
    ['ExpiredToken', 400, 'store-unreachable'],
    ['ExpiredTokenException', 400, 'store-unreachable'],
    ['TokenRefreshRequired', 400, 'store-unreachable'],
    ['RequestExpired', 400, 'store-unreachable'],
    ['RequestTimeTooSkewed', 403, 'store-unreachable'],
    ['PermanentRedirect', 301, 'store-unreachable'],
    ['TemporaryRedirect', 307, 'store-unreachable'],
    ['AuthorizationHeaderMalformed', 400, 'store-unreachable'],
    ['UnknownError', 301, 'store-unreachable'],
    ['TimeoutError', undefined, 'store-unreachable'],
    ['SlowDown', 503, 'store-unreachable'],
    ['RequestTimeout', 400, 'store-unreachable'],
    ['TooManyRequests', 429, 'store-unreachable'],
    ['AccessDenied', 403, 'store-denied'],
    ['InvalidAccessKeyId', 403, 'store-denied'],
    ['SignatureDoesNotMatch', 403, 'store-denied'],
    ['NoSuchBucket', 404, 'store-denied'],
    ['AllAccessDisabled', 403, 'store-denied'],
    ['NotImplemented', 501, 'store-denied'],
    ['ConditionalRequestConflict', 409, 'store-conflict'],
    ['EntityTooLarge', 400, 'object-refused'],
    ['KeyTooLongError', 400, 'object-refused'],
  ];
  for (const [name, status, code] of CASES)
    it(`${name}${status === undefined ? '' : ` (${status})`} is ${code}`, () =>
      assert.equal(problemOf(storeFault(failing(name, status), 'put x'))?.code, code));
});

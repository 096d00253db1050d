import { fault } from '../contracts/errors.js';

/** The limit of S3. */
const MAX_KEY_BYTES = 1024;

/** One rule for every store, so that what is written to a folder can be moved to a bucket and back. */
export function assertObjectKey(key: string): void {
  const problem = keyProblem(key);
  if (problem) throw fault('store-denied', `object key ${JSON.stringify(key.slice(0, 200))} is not usable: ${problem}`);
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  if (key.includes('\0')) return 'it has a NUL character';
  if (key.startsWith('/')) return 'it is absolute';
  const segments = key.split('/');
  if (segments.includes('')) return 'it has an empty segment';
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'it has a "." or ".." segment';
  return undefined;
}

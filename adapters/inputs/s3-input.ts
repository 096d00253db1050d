import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { fault, type ErrorCode } from '../../contracts/errors.js';
import { placeOfAddress } from '../../contracts/object-address.js';
import { isPassingStatus } from '../../contracts/patience.js';
import { flowing } from '../transfer/flowing.js';
import { openS3, type S3Options } from '../s3/s3-connection.js';
import { openTimeBound, withTimeBound } from '../transfer/time-bound.js';
import type { InputScheme, ReadOptions } from './media-inputs.js';

interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'input-not-found',
  412: 'input-changed',
  416: 'input-changed',
  401: 'input-denied',
  403: 'input-denied',
};

const CONFLICT = 409;

/** Objects of any bucket that the worker may read. */
export function s3Input(options: S3Options): InputScheme {
  const { client, answerMs, close } = openS3(options);

  return {
    async inspect(url, { signal }) {
      const place = placeOf(url);
      try {
        const answer = await withTimeBound({ ms: answerMs, signal }, (bound) =>
          client.send(new HeadObjectCommand(place), { abortSignal: bound.signal }),
        );
        const tag = answer.ETag ?? answer.LastModified?.toISOString() ?? '';
        return { version: { sizeBytes: answer.ContentLength ?? 0, tag }, url };
      } catch (error) {
        signal?.throwIfAborted();
        throw inputFault(error, url);
      }
    },

    read: async (url, options) => Readable.from(bytesOf(url, options), { objectMode: false }),
    close,
  };

  async function* bytesOf(url: string, { version, fromByte, signal }: ReadOptions): AsyncGenerator<Uint8Array> {
    if (fromByte >= version.sizeBytes) return;
    const place = { ...placeOf(url), IfMatch: version.tag, Range: `bytes=${fromByte}-` };
    const bound = openTimeBound({ ms: answerMs, signal });
    try {
      const answer = await client.send(new GetObjectCommand(place), { abortSignal: bound.signal });
      yield* flowing((answer.Body ?? []) as AsyncIterable<Uint8Array>, { bound, stallMs: answerMs });
    } catch (error) {
      signal?.throwIfAborted();
      throw inputFault(error, url);
    } finally {
      bound.close();
    }
  }
}

function inputFault(error: unknown, url: string): Error {
  const { name, message, $metadata } = error as ServiceError;
  const status = $metadata?.httpStatusCode ?? 0;
  const isDenied =
    name === 'CredentialsProviderError' ||
    (status >= 300 && status < 500 && status !== CONFLICT && !isPassingStatus(status));
  const code = CODES[status] ?? (isDenied ? 'input-denied' : 'input-unreachable');
  return fault(code, `${url}: ${name}${status ? ` (${status})` : ''}: ${message}`, { cause: error });
}

function placeOf(url: string): { Bucket: string; Key: string } {
  const place = placeOfAddress(url);
  if (place) return { Bucket: place.bucket, Key: place.key };
  throw fault('input-url-invalid', `${url}: expected s3://bucket/key`);
}

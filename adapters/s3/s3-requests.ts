import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { objectAddress } from '../../contracts/object-address.js';
import { fault, problemOf } from '../../contracts/errors.js';
import { flowing, inSteps } from '../transfer/flowing.js';
import { describeObject, type S3Connection, type S3ObjectInfo, type S3Place } from './s3-connection.js';
import { isMissing, isNotImplemented, isTaken, storeFault, unconditional } from './s3-fault.js';
import { withTimeBound, type TimeBound } from '../transfer/time-bound.js';

/**
 * The system takes some of a body at once, and only then waits for the line: a line this slow still gets that through
 * before its silence counts. Three parts share it.
 */
const BUFFERED_BYTES = 4 * 1024 * 1024;
const SLOWEST_BYTES_PER_MS = 100;
/** At which a server puts the parts of an object together, at the least. */
const SLOWEST_COMPLETION_BYTES_PER_MS = 10_000;

export interface S3Context extends S3Connection, S3Place {
  /** Whether to look before a put instead, where the server says that it does not know `If-None-Match`. */
  allowUnconditional: boolean;
  patienceMs: number | undefined;
}

/** `InvalidPart` is what VersityGW answers where an upload was thrown away while a part of it arrived. */
const GONE = new Set(['NoSuchUpload', 'InvalidPart']);

/** Somebody has finished or thrown away the upload. */
export class UploadGone extends Error {}

export interface Upload {
  Bucket: string;
  Key: string;
  UploadId: string;
}

/** `exists` leaves what was there. */
type Put = 'written' | 'exists';

interface Body {
  bytes: Uint8Array;
  signal: AbortSignal | undefined;
  onStep?: ((bytes: number) => void) | undefined;
}

/** One request, with a deadline and with failures of the catalogue. */
export async function ask<T>(
  { answerMs }: S3Context,
  { what, signal, ms = answerMs }: { what: string; signal?: AbortSignal | undefined; ms?: number },
  work: (bound: TimeBound) => Promise<T>,
): Promise<T> {
  try {
    return await withTimeBound({ ms, signal }, work);
  } catch (error) {
    signal?.throwIfAborted();
    if (problemOf(error)) throw error;
    if (GONE.has((error as Error).name)) throw new UploadGone(what, { cause: error });
    throw storeFault(error, what);
  }
}

export const headObject = (
  s3: S3Context,
  key: string,
  signal: AbortSignal | undefined,
): Promise<S3ObjectInfo | undefined> =>
  ask(s3, { what: `head ${s3.where(key)}`, signal }, async (bound) => {
    try {
      return describeObject(await s3.client.send(new HeadObjectCommand(s3.at(key)), { abortSignal: bound.signal }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  });

export async function sendPart(
  s3: S3Context,
  { upload, number, md5 }: { upload: Upload; number: number; md5: string },
  body: Body,
): Promise<CompletedPart> {
  const what = `put part ${number} of ${objectAddress({ bucket: upload.Bucket, key: upload.Key })}`;
  const { ETag } = await sendBody(s3, { what, ...body }, (Body, options) => {
    const ContentMD5 = Buffer.from(md5, 'hex').toString('base64');
    const length = { ContentLength: body.bytes.length, ContentMD5 };
    return s3.patient.send(new UploadPartCommand({ ...upload, ...length, PartNumber: number, Body }), options);
  });
  return { PartNumber: number, ETag };
}

export async function sendObject(
  s3: S3Context,
  { key, contentType, metadata }: { key: string; contentType: string; metadata?: Record<string, string> },
  body: Body,
): Promise<Put> {
  const ContentMD5 = createHash('md5').update(body.bytes).digest('base64');
  const fixed = { ...s3.at(key), ContentMD5, ContentType: contentType, Metadata: metadata };
  return ifAbsent(s3, { key, signal: body.signal }, (condition) =>
    sendBody(s3, { what: `put ${s3.where(key)}`, ...body }, (Body, options) => {
      const command = new PutObjectCommand({ ...fixed, ...condition, Body, ContentLength: body.bytes.length });
      return s3.patient.send(command, options).then(written, otherwise);
    }),
  );
}

export async function completeUpload(
  s3: S3Context,
  { key, upload, parts, sizeBytes }: { key: string; upload: Upload; parts: CompletedPart[]; sizeBytes: number },
  signal: AbortSignal | undefined,
): Promise<Put> {
  const ms = s3.answerMs + sizeBytes / SLOWEST_COMPLETION_BYTES_PER_MS;
  return ifAbsent(s3, { key, signal }, (condition) =>
    ask(s3, { what: `complete ${s3.where(key)}`, signal, ms }, (bound) => {
      const command = new CompleteMultipartUploadCommand({
        ...upload,
        ...condition,
        MultipartUpload: { Parts: parts },
      });
      return s3.patient.send(command, { abortSignal: bound.signal, requestTimeout: ms }).then(written, otherwise);
    }),
  );
}

type Outcome = Put | 'condition-unknown';

const written = (): Outcome => 'written';

function otherwise(error: unknown): Outcome {
  if (isTaken(error)) return 'exists';
  if (isNotImplemented(error)) return 'condition-unknown';
  throw error;
}

/** Under the condition that nothing is there, or after a look where the server does not know such conditions. */
async function ifAbsent(
  s3: S3Context,
  { key, signal }: { key: string; signal: AbortSignal | undefined },
  put: (condition: { IfNoneMatch?: '*' }) => Promise<Outcome>,
): Promise<Put> {
  const claimed = await put({ IfNoneMatch: '*' });
  if (claimed !== 'condition-unknown') return claimed;
  if (!s3.allowUnconditional) throw unconditional(`put ${s3.where(key)}`);
  if (await headObject(s3, key, signal)) return 'exists';
  const outcome = await put({});
  if (outcome !== 'condition-unknown') return outcome;
  throw fault('store-denied', `put ${s3.where(key)}: the store cannot do it`);
}

/**
 * The body goes in steps: the time that a silent peer is given begins anew with each that is taken. A stream
 * is not signed with its hash, so its MD5 proves it.
 */
async function sendBody<T>(
  s3: S3Context,
  { what, bytes, signal, onStep }: Body & { what: string },
  send: (body: Readable, options: { abortSignal: AbortSignal; requestTimeout: number }) => Promise<T>,
): Promise<T> {
  let sentBytes = 0;
  try {
    return await ask(s3, { what, signal }, (bound) => {
      const steps = flowing(inSteps(bytes), {
        bound,
        stallMs: s3.answerMs + Math.min(bytes.length, BUFFERED_BYTES) / SLOWEST_BYTES_PER_MS,
        onPassed: (passed) => {
          sentBytes += passed;
          onStep?.(passed);
        },
      });
      const stream = Readable.from(steps, { objectMode: false });
      return send(stream, { abortSignal: bound.signal, requestTimeout: 0 });
    });
  } catch (error) {
    onStep?.(-sentBytes);
    throw error;
  }
}

import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { fault } from '../../contracts/errors.js';
import { persist } from './persist.js';
import { completeUpload, headObject, sendObject, sendPart, UploadGone, type S3Context } from '../s3/s3-requests.js';
import { abandonUpload, beginUpload, findUpload, MAX_PARTS, type OpenUpload } from '../s3/s3-uploads.js';
import { sideBySide } from './side-by-side.js';
import type { PutFileOptions } from './large-objects.js';
import type { PutOutcome } from '../object-store/object-store.js';

const MIB = 1024 * 1024;
/** From this size on a file is sent in parts. */
const LEAST_MULTIPART_BYTES = 16 * MIB;
const PART_BYTES = 8 * MIB;
const PARTS_AT_ONCE = 3;
/** How often an upload is begun anew that somebody else has thrown away. */
const MAX_BEGINNINGS = 3;

/** The size of the parts of a file, which has MAX_PARTS at most: larger files have larger ones. */
export const partBytesOf = (sizeBytes: number): number =>
  Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB);

interface Put extends PutFileOptions {
  s3: S3Context;
  key: string;
  file: FileHandle;
  sizeBytes: number;
}

export async function putFileToS3(s3: S3Context, key: string, options: PutFileOptions): Promise<PutOutcome> {
  const file = await open(options.path);
  try {
    const { size: sizeBytes } = await file.stat();
    const put = { ...options, s3, key, file, sizeBytes };
    if (sizeBytes < LEAST_MULTIPART_BYTES) return await putWhole(put);
    if (await persistently(put, () => headObject(s3, key, options.signal))) return 'exists';
    return await putParts(put);
  } finally {
    await file.close();
  }
}

async function putWhole(put: Put): Promise<PutOutcome> {
  const { s3, sizeBytes, signal, onProgress } = put;
  const bytes = await readAt(put.file, { buffer: Buffer.allocUnsafe(sizeBytes), at: 0 });
  let sentBytes = 0;
  const onStep = (moreBytes: number): void => onProgress?.((sentBytes += moreBytes));
  return persistently(put, () => sendObject(s3, put, { bytes, signal, onStep }));
}

async function putParts(put: Put): Promise<PutOutcome> {
  for (let beginnings = 1; ; beginnings += 1) {
    try {
      return await putUpload(put);
    } catch (error) {
      if (!(error instanceof UploadGone)) throw error;
      if (await persistently(put, () => headObject(put.s3, put.key, put.signal))) return 'exists';
      const what = `put ${put.s3.where(put.key)}: its upload was thrown away ${beginnings} times`;
      if (beginnings === MAX_BEGINNINGS) throw fault('store-conflict', what, { cause: error });
    }
  }
}

async function putUpload(put: Put): Promise<PutOutcome> {
  const { s3, key, contentType, metadata, sizeBytes, signal } = put;
  const kind = { contentType, metadata, sizeBytes, partBytes: partBytesOf(sizeBytes) };
  const open = await persistently(
    put,
    async () => (await findUpload(s3, { key, kind, signal })) ?? beginUpload(s3, { key, kind, signal }),
  );
  const parts = await sendParts(put, open);
  const { upload } = open;
  const outcome = await persistently(put, () => completeUpload(s3, { key, upload, parts, sizeBytes }, signal));
  // What is left of it does no harm; the janitor comes by.
  if (outcome === 'exists') await abandonUpload(s3, upload).catch(() => undefined);
  return outcome;
}

async function sendParts(put: Put, { upload, stored }: OpenUpload): Promise<CompletedPart[]> {
  const { s3, file, sizeBytes, onProgress } = put;
  const partBytes = partBytesOf(sizeBytes);
  const parts: CompletedPart[] = [];
  const starts = Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => index * partBytes).entries();
  let sentBytes = 0;
  const onStep = (moreBytes: number): void => onProgress?.((sentBytes += moreBytes));
  await sideBySide(PARTS_AT_ONCE, put, async (signal) => {
    const whole = Buffer.allocUnsafe(partBytes);
    for (const [index, at] of starts) {
      signal.throwIfAborted();
      const bytes = await readAt(file, { buffer: whole.subarray(0, Math.min(partBytes, sizeBytes - at)), at });
      const md5 = createHash('md5').update(bytes).digest('hex');
      const number = index + 1;
      if (stored.get(number) === md5) {
        parts[index] = { PartNumber: number, ETag: `"${md5}"` };
        onStep(bytes.length);
        continue;
      }
      const send = () => sendPart(s3, { upload, number, md5 }, { bytes, signal, onStep });
      parts[index] = await persistently({ ...put, signal }, send);
    }
  });
  return parts;
}

const persistently = <T>({ s3, signal, onAttempt }: Put, work: () => Promise<T>): Promise<T> =>
  persist(work, { signal, onAttempt, patienceMs: s3.patienceMs });

async function readAt(file: FileHandle, { buffer, at }: { buffer: Buffer; at: number }): Promise<Buffer> {
  for (let filled = 0; filled < buffer.length;) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, at + filled);
    if (bytesRead === 0) throw new Error(`the file ended at byte ${at + filled} while it was sent`);
    filled += bytesRead;
  }
  return buffer;
}

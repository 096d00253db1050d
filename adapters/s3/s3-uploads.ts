import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import { ask, sendPart, UploadGone, type S3Context, type Upload } from './s3-requests.js';

/** The last number that a part may have: that of the card. */
const CARD_NUMBER = 10_000;
export const MAX_PARTS = CARD_NUMBER - 1;

export interface UploadKind {
  contentType: string;
  metadata: Record<string, string> | undefined;
  sizeBytes: number;
  partBytes: number;
}

export interface OpenUpload {
  upload: Upload;
  /** The MD5, in hexadecimal, of the parts that the server holds, by their numbers. */
  stored: ReadonlyMap<number, string>;
}

/*
 * A server does not tell what metadata an unfinished upload was begun with, and to finish one of other metadata would
 * give the object a wrong hash. So each upload first gets a card: a part with the last number, which is left out when
 * the upload is completed, and whose MD5 the server lists. It says what the upload is for.
 */
const cardOf = ({ contentType, metadata = {}, sizeBytes, partBytes }: UploadKind): Buffer =>
  Buffer.from(JSON.stringify([contentType, Object.entries(metadata).sort(), sizeBytes, partBytes]));

const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** One that an earlier try has left, of the same key and kind; undefined where there is none. */
export async function findUpload(
  s3: S3Context,
  { key, kind, signal }: { key: string; kind: UploadKind; signal: AbortSignal | undefined },
): Promise<OpenUpload | undefined> {
  const card = md5Of(cardOf(kind));
  const { Key } = s3.at(key);
  for (const { upload } of await listUploads(s3, { prefix: key, signal })) {
    if (upload.Key !== Key) continue;
    const stored = await listParts(s3, upload, signal).catch(ignoreGone);
    if (stored?.get(CARD_NUMBER) === card) return { upload, stored };
  }
  return undefined;
}

export async function beginUpload(
  s3: S3Context,
  { key, kind, signal }: { key: string; kind: UploadKind; signal: AbortSignal | undefined },
): Promise<OpenUpload> {
  const { contentType: ContentType, metadata: Metadata } = kind;
  const { UploadId = '' } = await ask(s3, { what: `begin ${s3.where(key)}`, signal }, (bound) =>
    s3.client.send(new CreateMultipartUploadCommand({ ...s3.at(key), ContentType, Metadata }), {
      abortSignal: bound.signal,
    }),
  );
  const upload = { ...s3.at(key), UploadId };
  const bytes = cardOf(kind);
  await sendPart(s3, { upload, number: CARD_NUMBER, md5: md5Of(bytes) }, { bytes, signal });
  return { upload, stored: new Map() };
}

/** The uploads whose keys start with the prefix. */
export async function listUploads(
  s3: S3Context,
  { prefix, signal }: { prefix: string; signal?: AbortSignal | undefined },
): Promise<{ upload: Upload; begunMs: number }[]> {
  const found: { upload: Upload; begunMs: number }[] = [];
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined = {};
  while (markers) {
    const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
      Bucket: s3.bucket,
      Prefix: s3.root + prefix,
      ...markers,
    });
    const page = await ask(s3, { what: `list uploads of ${s3.where(prefix)}`, signal }, (bound) =>
      s3.client.send(command, { abortSignal: bound.signal }),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined) continue;
      found.push({ upload: { Bucket: s3.bucket, Key, UploadId }, begunMs: Initiated?.getTime() ?? Date.now() });
    }
    markers = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
  }
  return found;
}

async function listParts(
  s3: S3Context,
  upload: Upload,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, string>> {
  const stored = new Map<number, string>();
  // The paginator of the SDK goes by the marker alone, which VersityGW answers on the last page too: it never ends.
  let markers: { PartNumberMarker?: string | undefined } | undefined = {};
  while (markers) {
    const command: ListPartsCommand = new ListPartsCommand({ ...upload, ...markers });
    const page = await ask(s3, { what: `list parts of s3://${upload.Bucket}/${upload.Key}`, signal }, (bound) =>
      s3.client.send(command, { abortSignal: bound.signal }),
    );
    for (const { PartNumber = 0, ETag = '' } of page.Parts ?? []) stored.set(PartNumber, ETag.replaceAll('"', ''));
    markers = page.IsTruncated ? { PartNumberMarker: page.NextPartNumberMarker } : undefined;
  }
  return stored;
}

/** Answers whether it was still there. */
export async function abandonUpload(s3: S3Context, upload: Upload): Promise<boolean> {
  const what = `abandon s3://${upload.Bucket}/${upload.Key}`;
  const left = ask(s3, { what }, (bound) =>
    s3.client.send(new AbortMultipartUploadCommand(upload), { abortSignal: bound.signal }),
  );
  return (await left.catch(ignoreGone)) !== undefined;
}

/** Somebody else has finished it or thrown it away. */
function ignoreGone(error: unknown): undefined {
  if (!(error instanceof UploadGone)) throw error;
}

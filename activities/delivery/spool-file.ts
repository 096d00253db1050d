import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { frameSchema } from '../../contracts/frame-letter.js';
import { fault } from '../../contracts/errors.js';
import { areImages, type Frame } from '../frames/frame.js';

/*
 * A frame in a file: three bytes that say so, one with the version of the format, four with the length of a JSON head,
 * the head, then the images. A file is written under another name and renamed, so whatever has its final name is whole
 * as long as the system lives. Nothing is synced to disk: a worker that is killed loses nothing, a power cut what the
 * system had not written yet, and the hash of each image tells.
 */
export const FRAME_SUFFIX = '.frame';
export const UNFINISHED_SUFFIX = '.tmp';
export const SPOOL_VERSION = 1;
const MAGIC = Buffer.from('RLF');
const PREFIX_BYTES = 8;
/** A head with five images is far smaller. */
const MAX_HEAD_BYTES = 64 * 1024;

export type SpoolHead =
  { kind: 'frame'; frame: Frame; headBytes: number } | { kind: 'newer'; version: number } | { kind: 'corrupt' };

export function encodeHead(frame: Frame): Buffer {
  const head = Buffer.from(JSON.stringify(frame));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  MAGIC.copy(prefix);
  prefix.writeUInt8(SPOOL_VERSION, MAGIC.length);
  prefix.writeUInt32BE(head.length, PREFIX_BYTES - 4);
  return Buffer.concat([prefix, head]);
}

/** `bytes` is the beginning of a file, `sizeBytes` the size of all of it. */
export function decodeHead(bytes: Buffer, sizeBytes: number): SpoolHead {
  if (bytes.length < PREFIX_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'corrupt' };
  const version = bytes.readUInt8(MAGIC.length);
  if (version > SPOOL_VERSION) return { kind: 'newer', version };
  const headBytes = PREFIX_BYTES + bytes.readUInt32BE(PREFIX_BYTES - 4);
  const frame = parseFrame(bytes.toString('utf8', PREFIX_BYTES, headBytes));
  if (!frame || frame.images.reduce((sum, image) => sum + image.sizeBytes, headBytes) !== sizeBytes) {
    return { kind: 'corrupt' };
  }
  return { kind: 'frame', frame, headBytes };
}

/** Reads as much of the file as its head needs. */
export async function readHead(path: string): Promise<SpoolHead & { sizeBytes: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, MAX_HEAD_BYTES)),
      position: 0,
    });
    return { ...decodeHead(buffer.subarray(0, bytesRead), size), sizeBytes: size };
  } finally {
    await file.close();
  }
}

/** The images of the frame; fails with `spool-corrupt` where the file is gone or holds anything else. */
export async function readImages(path: string, { images }: Pick<Frame, 'images'>): Promise<Buffer[]> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const code = cause.code === 'ENOENT' || cause.code === 'EIO' ? 'spool-corrupt' : 'spool-unusable';
    throw fault(code, `${path} cannot be read: ${cause.message}`, { cause });
  });
  const head = decodeHead(bytes, bytes.length);
  let at = head.kind === 'frame' ? head.headBytes : 0;
  const found = images.map(({ sizeBytes }) => bytes.subarray(at, (at += sizeBytes)));
  if (head.kind === 'frame' && areImages(images, found)) return found;
  throw fault('spool-corrupt', `${path} does not hold the images that were written to it`);
}

export async function writeWhole(path: string, parts: readonly Buffer[]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}${UNFINISHED_SUFFIX}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(unfinished, 'wx');
    try {
      // Not writev: on a disk that fills up it writes a part and reports no error.
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined); // The failure of the write is the news.
    throw error;
  }
}

function parseFrame(json: string): Frame | undefined {
  try {
    return frameSchema.parse(JSON.parse(json));
  } catch {
    return undefined; // torn, or written by something else
  }
}

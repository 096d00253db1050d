import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import type { Frame } from './frame.js';

/**
 * Frames between capture and acknowledgement, one file each: four bytes with the length of a JSON head, the head, then
 * the images. A file is written under another name and renamed, so whatever has its final name is whole.
 */
export interface Spool {
  readonly usedBytes: number;
  /** Whether a frame of this size still fits. */
  hasRoom(sizeBytes: number): boolean;
  write(frame: Frame, images: readonly Buffer[]): Promise<SpooledFrame>;
  read(spooled: SpooledFrame): Promise<Buffer[]>;
  remove(spooled: SpooledFrame): Promise<void>;
  /** What an earlier process left, oldest slot first; files that are not whole are deleted. */
  leftovers(): Promise<SpooledFrame[]>;
}

export interface SpooledFrame {
  frame: Frame;
  path: string;
  sizeBytes: number;
}

const SUFFIX = '.frame';
const UNFINISHED = '.tmp';
const HEAD_LENGTH_BYTES = 4;

export async function openSpool({ folder, maxBytes }: { folder: string; maxBytes: number }): Promise<Spool> {
  const root = join(folder, 'frames');
  await mkdir(root, { recursive: true }).catch((cause: unknown) => {
    throw fault('spool-unusable', `spool folder ${folder} cannot be used: ${String(cause)}`, { cause });
  });
  let usedBytes = 0;

  return {
    get usedBytes() {
      return usedBytes;
    },
    hasRoom: (sizeBytes) => usedBytes + sizeBytes <= maxBytes,
    async write(frame, images) {
      const { tenant, streamId, sessionId } = frame.session;
      const path = join(root, tenant, streamId, sessionId, `${frame.slotMs}${SUFFIX}`);
      const head = Buffer.from(JSON.stringify(frame));
      const length = Buffer.alloc(HEAD_LENGTH_BYTES);
      length.writeUInt32BE(head.length);
      const sizeBytes = HEAD_LENGTH_BYTES + head.length + images.reduce((sum, image) => sum + image.length, 0);
      usedBytes += sizeBytes;
      try {
        await writeWhole(path, [length, head, ...images]);
      } catch (cause) {
        usedBytes -= sizeBytes;
        throw fault('spool-unusable', `frame ${frame.slotMs} of ${streamId} cannot be spooled: ${String(cause)}`, {
          cause,
        });
      }
      return { frame, path, sizeBytes };
    },
    async read({ frame, path }) {
      const bytes = await readFile(path);
      let at = HEAD_LENGTH_BYTES + bytes.readUInt32BE(0);
      return frame.images.map(({ sizeBytes }) => bytes.subarray(at, (at += sizeBytes)));
    },
    async remove({ path, sizeBytes }) {
      await rm(path, { force: true });
      usedBytes -= sizeBytes;
    },
    async leftovers() {
      const names = await readdir(root, { recursive: true });
      await Promise.all(
        names.filter((name) => name.endsWith(UNFINISHED)).map((name) => rm(join(root, name), { force: true })),
      );
      const heads = await Promise.all(
        names.filter((name) => name.endsWith(SUFFIX)).map((name) => readHead(join(root, name))),
      );
      const found = heads.filter((head) => head !== undefined);
      usedBytes += found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      return found.sort((a, b) => a.frame.slotMs - b.frame.slotMs);
    },
  };
}

async function writeWhole(path: string, parts: readonly Buffer[]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(unfinished, 'wx');
  try {
    await file.writev([...parts]);
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}

/** A file that a power cut has torn holds no frame: it is deleted, so that it does not keep the others waiting. */
async function readHead(path: string): Promise<SpooledFrame | undefined> {
  const bytes = await readFile(path);
  try {
    const headEnd = HEAD_LENGTH_BYTES + bytes.readUInt32BE(0);
    const frame = JSON.parse(bytes.toString('utf8', HEAD_LENGTH_BYTES, headEnd)) as Frame;
    const isWhole = frame.images.reduce((at, { sizeBytes }) => at + sizeBytes, headEnd) === bytes.length;
    if (isWhole) return { frame, path, sizeBytes: bytes.length };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  await rm(path, { force: true });
  return undefined;
}

import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fault } from '../../contracts/errors.js';
import type { Frame } from '../frames/frame.js';
import { watchDiskRoom } from '../host/disk-room.js';
import type { OnProblem } from './delivery-news.js';
import { encodeHead, FRAME_SUFFIX, readHead, readImages, UNFINISHED_SUFFIX, writeWhole } from './spool-file.js';
import { makeWritable, ownFolder } from '../host/own-folder.js';
import { bytesUnder, filesUnder } from '../host/walk-folder.js';

/** Frames between capture and acknowledgement, one file each, in a folder of this process alone. */
export interface Spool {
  readonly folder: string;
  readonly usedBytes: number;
  /** How many bytes have to go before a frame of this size fits; 0 where it does, infinite where it never will. */
  lackingBytes(sizeBytes: number): number;
  /** Whether others have filled the disk. */
  isDiskShort(sizeBytes: number): boolean;
  write(frame: Frame, images: readonly Buffer[]): Promise<SpooledFrame>;
  /** Fails with `spool-corrupt` where the file no longer holds what was written. */
  read(spooled: SpooledFrame): Promise<Buffer[]>;
  remove(spooled: SpooledFrame): Promise<void>;
  /** The frame leaves the spool for the path, with its bytes where there are any left. */
  moveTo(path: string, spooled: SpooledFrame): Promise<void>;
  /**
   * What an earlier process left, one after the other, sessions and slots in order. What is no frame is moved to
   * `quarantine`, what a later version wrote is left alone.
   */
  leftovers(): AsyncIterable<SpooledFrame>;
  close(): Promise<void>;
}

export interface SpooledFrame {
  frame: Frame;
  path: string;
  sizeBytes: number;
}

interface SpoolStart {
  folder: string;
  maxBytes: number;
  /** What else counts against `maxBytes`. */
  otherBytes?: () => number;
  onProblem?: OnProblem;
}

const QUARANTINE = 'quarantine';

/** Fails with `spool-unusable` where the folder cannot be written to or belongs to another process. */
export async function openSpool({
  folder,
  maxBytes,
  otherBytes = () => 0,
  onProblem = () => undefined,
}: SpoolStart): Promise<Spool> {
  const root = join(folder, 'frames');
  await makeWritable(root, 'spool');
  const owner = await ownFolder(folder, 'spool');
  const disk = await watchDiskRoom(folder);
  const openedAtMs = Date.now();
  let usedBytes = await bytesUnder(root);
  /** Written by this process. */
  const own = new Set<string>();
  const count = (bytes: number): void => {
    usedBytes += bytes;
    disk.note(bytes);
  };

  return {
    folder,
    get usedBytes() {
      return usedBytes;
    },
    lackingBytes: (sizeBytes) =>
      sizeBytes > maxBytes ? Infinity : Math.max(0, usedBytes + otherBytes() + sizeBytes - maxBytes),
    isDiskShort: (sizeBytes) => disk.freeBytes < sizeBytes,
    async write(frame, images) {
      const { tenant, streamId, sessionId } = frame.session;
      // A process that was killed may have left the same slot, whose file must not become that of another picture.
      const name = `${frame.slotMs}.${randomUUID()}${FRAME_SUFFIX}`;
      const path = join(root, tenant, streamId, sessionId, name);
      const parts = [encodeHead(frame), ...images];
      const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
      count(sizeBytes);
      own.add(path);
      try {
        await writeWhole(path, parts);
      } catch (cause) {
        count(-sizeBytes);
        own.delete(path);
        const message = `frame ${frame.slotMs} of ${streamId} cannot be spooled: ${(cause as Error).message}`;
        throw fault('spool-unusable', message, { cause });
      }
      return { frame, path, sizeBytes };
    },
    read: ({ frame, path }) => readImages(path, frame),
    async remove({ path, sizeBytes }) {
      await rm(path, { force: true });
      own.delete(path);
      count(-sizeBytes);
    },
    async moveTo(target, { path, sizeBytes }) {
      await rename(path, target).catch(ignoreMissing);
      own.delete(path);
      usedBytes -= sizeBytes;
    },
    async *leftovers() {
      let newer = 0;
      for await (const path of filesUnder(root)) {
        if (path.endsWith(UNFINISHED_SUFFIX)) await removeUnfinished(path);
        if (!path.endsWith(FRAME_SUFFIX) || own.has(path)) continue;
        const head = await readHead(path).catch(() => undefined); // delivered meanwhile
        if (head?.kind === 'frame') yield { frame: head.frame, path, sizeBytes: head.sizeBytes };
        if (head?.kind === 'newer') newer += 1;
        if (head?.kind === 'corrupt') await quarantine(path, head.sizeBytes);
      }
      if (newer > 0) onProblem(fault('spool-newer', `${newer} files in ${root} were written by a later version`));
    },
    async close() {
      disk.close();
      await owner.close();
    },
  };

  /** Removes a file of the process before: this one's own are never older than it. */
  async function removeUnfinished(path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (!found || found.mtimeMs >= openedAtMs) return;
    await rm(path, { force: true });
    usedBytes -= found.size;
  }

  async function quarantine(path: string, sizeBytes: number): Promise<void> {
    const target = join(folder, QUARANTINE, relative(root, path).replaceAll('/', '_'));
    await mkdir(join(folder, QUARANTINE), { recursive: true });
    await rename(path, target);
    usedBytes -= sizeBytes;
    onProblem(fault('spool-corrupt', `${basename(path)} holds no frame; it is kept as ${target}`));
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

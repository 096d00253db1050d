import { statfs } from 'node:fs/promises';

/** What the spool leaves free on its disk for everything else: the lesser of the two, so that a small disk is of use. */
const RESERVE_BYTES = 512 * 1024 * 1024;
const RESERVE_SHARE = 0.05;
const LOOK_EVERY_MS = 5000;

/** How much may still be written to the disk of a folder: looked up now and then, and reckoned in between. */
export interface DiskRoom {
  readonly freeBytes: number;
  /** Written, or freed where negative. */
  note(bytes: number): void;
  close(): void;
}

export const freeAboveReserve = ({
  totalBytes,
  availableBytes,
}: {
  totalBytes: number;
  availableBytes: number;
}): number => availableBytes - Math.min(RESERVE_BYTES, totalBytes * RESERVE_SHARE);

export async function watchDiskRoom(folder: string): Promise<DiskRoom> {
  let freeBytes = Infinity;
  const look = async (): Promise<void> => {
    const { blocks, bavail, bsize } = await statfs(folder);
    freeBytes = freeAboveReserve({ totalBytes: blocks * bsize, availableBytes: bavail * bsize });
  };
  await look();
  // A folder that cannot be asked cannot be written to either, and that is told where it happens.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS).unref();
  return {
    get freeBytes() {
      return freeBytes;
    },
    note(bytes) {
      freeBytes -= bytes;
    },
    close() {
      clearInterval(timer);
    },
  };
}

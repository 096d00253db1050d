import { execFile } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A file system of its own, which can be full or read-only. */
export interface SmallDisk {
  folder: string;
  fill(): Promise<void>;
  free(): Promise<void>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
  remove(): Promise<void>;
}

const run = promisify(execFile);
const BUSY_WITHIN_MS = 10_000;
const CHUNK = Buffer.alloc(64 * 1024);

export async function mountSmallDisk(folder: string, { sizeBytes }: { sizeBytes: number }): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]).catch((cause: Error) => {
    throw new Error(`a tmpfs cannot be mounted, which takes root on Linux: ${cause.message.trim()}`, { cause });
  });
  const unmountAtExit = (): void => void spawnSync('umount', ['-l', folder]);
  process.once('exit', unmountAtExit);
  const filler = join(folder, 'filler');

  return {
    folder,
    async fill() {
      const file = await open(filler, 'a');
      try {
        for (;;) await file.write(CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    async setReadOnly(isReadOnly) {
      // It is busy as long as a file is open for writing, which a spool file is for a moment.
      for (const endsAt = performance.now() + BUSY_WITHIN_MS; ; await delay(1)) {
        try {
          await run('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, folder]);
          return;
        } catch (error) {
          if (performance.now() > endsAt) throw error;
        }
      }
    },
    async remove() {
      await run('umount', [folder]).catch(() => unmountAtExit()); // a process that still has it open keeps it until then
      process.off('exit', unmountAtExit);
    },
  };
}

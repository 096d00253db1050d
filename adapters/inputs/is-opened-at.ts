import { readlink, realpath, stat, type FileHandle } from 'node:fs/promises';

/** Whether what was opened is what was looked up: a folder on the way may have become a link meanwhile. */
export async function isOpenedAt(file: FileHandle, real: string): Promise<boolean> {
  if (process.platform === 'linux') return (await readlink(`/proc/self/fd/${file.fd}`)) === real;
  const [opened, named] = await Promise.all([file.stat(), stat(await realpath(real))]);
  return opened.dev === named.dev && opened.ino === named.ino && (await realpath(real)) === real;
}

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installDebianPackage } from '../dev/debian-package.js';

/** A wall clock that can be set while processes run which have its environment; their monotonic clock stays true. */
export interface FakedClock {
  env: Record<string, string>;
  set(offsetSeconds: number): Promise<void>;
}

const TOLERANCE_SECONDS = 5;
const LIBRARY = 'faketime/libfaketimeMT.so.1';

export async function openFakedClock(file: string): Promise<FakedClock> {
  const library = findLibrary() ?? (await installLibrary(`${file}.log`));
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  await writeFile(file, '+0');
  return {
    env,
    async set(offsetSeconds) {
      await writeFile(file, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}`);
      const { stdout } = await promisify(execFile)('date', ['+%s'], { env: { ...process.env, ...env } });
      const isSet = Math.abs(Number(stdout) - Date.now() / 1000 - offsetSeconds) < TOLERANCE_SECONDS;
      if (!isSet) throw new Error(`${library} does not set the clock: it is ${stdout.trim()} there`);
    },
  };
}

async function installLibrary(log: string): Promise<string> {
  await installDebianPackage('libfaketime', { log });
  const library = findLibrary();
  if (library !== undefined) return library;
  throw new Error(
    'libfaketime is not installed: `apt-get install libfaketime`, or build it into /usr/local/lib/faketime',
  );
}

function findLibrary(): string | undefined {
  const parents = ['/usr/lib', '/usr/local/lib', '/usr/lib64'].filter((folder) => existsSync(folder));
  const folders = parents.flatMap((parent) => [
    parent,
    ...readdirSync(parent)
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(parent, name)),
  ]);
  return folders.map((folder) => join(folder, LIBRARY)).find((path) => existsSync(path));
}

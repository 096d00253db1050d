import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface KeptOffset {
  /** The first byte that was not read. */
  offset: number;
  metadata: string;
}

/** Beside the files of topics: `positions/<group>/<topic>.json`, one file so that each is replaced in one step. */
const keptFile = (folder: string, { group, topic }: { group: string; topic: string }): string =>
  path.join(folder, 'positions', encodeURIComponent(group), `${topic}.json`);

export async function readKeptOffset(
  folder: string,
  of: { group: string; topic: string },
): Promise<KeptOffset | undefined> {
  try {
    return JSON.parse(await readFile(keptFile(folder, of), 'utf8')) as KeptOffset;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function keepOffset(
  folder: string,
  { group, topic, ...kept }: KeptOffset & { group: string; topic: string },
): Promise<void> {
  const file = keptFile(folder, { group, topic });
  const fresh = `${file}.${randomUUID()}`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await writeFile(fresh, JSON.stringify(kept));
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Every file below a folder, by name, folder by folder, so that names are held of one folder at a time. */
export async function* filesUnder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

export async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  for await (const path of filesUnder(folder)) sum += (await stat(path)).size;
  return sum;
}

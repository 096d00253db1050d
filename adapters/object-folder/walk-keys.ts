import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Where the folder store keeps its versions; no key of its own. */
export const VERSIONS_FOLDER = '.objects';

/** Keys below a folder that start with the prefix, in the order of S3: by their UTF-8 bytes, `/` like any other. */
export async function* walkKeys(root: string, prefix: string, at = ''): AsyncGenerator<string> {
  const entries = await readdir(path.join(root, at), { withFileTypes: true }).catch(emptyIfMissing);
  const names = entries
    .filter(({ name }) => at !== '' || name !== VERSIONS_FOLDER)
    .map((entry) => at + entry.name + (entry.isDirectory() ? '/' : ''))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const name of names) {
    if (!name.endsWith('/')) {
      if (name.startsWith(prefix)) yield name;
    } else if (name.startsWith(prefix) || prefix.startsWith(name)) {
      yield* walkKeys(root, prefix, name);
    }
  }
}

/** A folder that is not there yet holds nothing. */
function emptyIfMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

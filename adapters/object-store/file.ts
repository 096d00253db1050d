import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  folderFault,
  ignoreMissing,
  lookAt,
  objectPath,
  readInfo,
  writeVersion,
  type Description,
} from '../object-folder/object-folder.js';
import { walkKeys } from '../object-folder/walk-keys.js';
import type { ObjectStore, PutOutcome, StoredObject } from './object-store.js';

/** How the folder is laid out is told in object-folder.ts. */
export function fileObjectStore({ folder }: { folder: string }): ObjectStore {
  const root = path.resolve(folder);
  /** Puts of one key wait for each other, so that each sees the version it replaces. */
  const putsByKey = new Map<string, Promise<PutOutcome>>();

  return {
    async put(key, body, options) {
      const target = objectPath(root, key);
      const { signal } = options;
      const turn = (putsByKey.get(key) ?? Promise.resolve())
        .catch(() => undefined) // told to the put that it belongs to
        .then(() => {
          signal?.throwIfAborted();
          return writeVersion(
            { root, target },
            { ...options, write: (version) => writeFile(version, body, { signal }) },
          );
        });
      putsByKey.set(key, turn);
      try {
        return await turn;
      } catch (error) {
        signal?.throwIfAborted();
        throw folderFault(error, `put ${key}`);
      } finally {
        if (putsByKey.get(key) === turn) putsByKey.delete(key);
      }
    },

    get: async (key) => lookAt(objectPath(root, key), { what: `get ${key}`, read: readObject }),
    head: async (key) => lookAt(objectPath(root, key), { what: `head ${key}`, read: readInfo }),

    async *list(prefix) {
      try {
        for await (const key of walkKeys(root, prefix)) {
          const found = await stat(path.join(root, key)).catch(ignoreMissing);
          if (found) yield { key, sizeBytes: found.size, modifiedMs: Math.floor(found.mtimeMs) };
        }
      } catch (error) {
        throw folderFault(error, `list ${prefix}`);
      }
    },

    url: (key) => pathToFileURL(objectPath(root, key)).href,

    async close() {
      await Promise.allSettled(putsByKey.values());
    },
  };
}

async function readObject(file: string, description: () => Promise<Description>): Promise<StoredObject> {
  const body = await readFile(file);
  return { ...(await description()), sizeBytes: body.length, body };
}

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fault } from '../../contracts/errors.js';
import { assertObjectKey } from './object-key.js';
import { VERSIONS_FOLDER, walkKeys } from './walk-keys.js';
import type { ObjectInfo, ObjectStore, PutOptions, StoredObject } from './object-store.js';

/** How often a reader that lost a version to an overwrite looks again. */
const MAX_LOOKS = 20;
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'EEXIST']);

/*
 * A put has to replace the body and the metadata in one step, and a folder has no rename of two files. So each put
 * writes both as a new version under `.objects/`, and then renames a symbolic link to the body over the key. The link is
 * relative: the folder can be moved. A version that was replaced is removed by the put that replaced it; a reader that
 * had read the link before looks again. Nothing is synced to disk: what a power cut may lose is what the system holds.
 */
export function fileObjectStore({ folder }: { folder: string }): ObjectStore {
  const root = path.resolve(folder);
  const pathOf = (key: string): string => {
    assertObjectKey(key);
    if (key.split('/')[0] === VERSIONS_FOLDER) throw fault('store-denied', `object key ${key} is reserved`);
    return path.join(root, key);
  };
  /** Puts of one key wait for each other, so that each sees the version it replaces. */
  const putsByKey = new Map<string, Promise<void>>();

  return {
    async put(key, body, options) {
      const target = pathOf(key);
      const turn = (putsByKey.get(key) ?? Promise.resolve())
        .catch(() => undefined) // told to the put that it belongs to
        .then(() => replace(root, target, { body, ...options }));
      putsByKey.set(key, turn);
      try {
        await turn;
      } catch (error) {
        options.signal?.throwIfAborted();
        throw folderFault(error, `put ${key}`);
      } finally {
        if (putsByKey.get(key) === turn) putsByKey.delete(key);
      }
    },

    get: (key) => look(pathOf(key), { what: `get ${key}`, read: readObject }),
    head: (key) => look(pathOf(key), { what: `head ${key}`, read: readInfo }),

    async *list(prefix) {
      try {
        for await (const key of walkKeys(root, prefix)) {
          const found = await stat(path.join(root, key)).catch(ignoreMissing);
          if (found) yield { key, sizeBytes: found.size };
        }
      } catch (error) {
        throw folderFault(error, `list ${prefix}`);
      }
    },

    url: (key) => pathToFileURL(pathOf(key)).href,

    async close() {
      await Promise.allSettled(putsByKey.values());
    },
  };
}

async function replace(
  root: string,
  target: string,
  { body, contentType, metadata = {}, signal }: PutOptions & { body: Uint8Array },
): Promise<void> {
  signal?.throwIfAborted();
  const id = randomUUID();
  const version = path.join(root, VERSIONS_FOLDER, id.slice(0, 2), id);
  const link = `${version}.link`;
  await mkdir(path.dirname(version), { recursive: true });
  try {
    await writeFile(version, body, { signal });
    await writeFile(infoPath(version), JSON.stringify({ contentType, metadata }), { signal });
    await mkdir(path.dirname(target), { recursive: true });
    const replaced = await readlink(target).catch(() => undefined); // a key without a version: nothing to remove
    await symlink(path.relative(path.dirname(target), version), link);
    await rename(link, target);
    if (replaced) await removeVersion(path.resolve(path.dirname(target), replaced));
  } catch (error) {
    await rm(link, { force: true });
    await removeVersion(version);
    throw error;
  }
}

async function removeVersion(version: string): Promise<void> {
  await rm(version, { force: true });
  await rm(infoPath(version), { force: true });
}

const infoPath = (version: string): string => `${version}.json`;

async function look<T>(
  target: string,
  { what, read }: { what: string; read: (file: string, isVersion: boolean) => Promise<T> },
): Promise<T | undefined> {
  try {
    for (let looks = 1; ; looks += 1) {
      const entry = await lstat(target).catch(ignoreMissing);
      if (!entry || entry.isDirectory()) return undefined;
      try {
        if (!entry.isSymbolicLink()) return await read(target, false);
        return await read(path.resolve(path.dirname(target), await readlink(target)), true);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || looks === MAX_LOOKS) throw error;
      }
    }
  } catch (error) {
    throw folderFault(error, what);
  }
}

async function readObject(file: string, isVersion: boolean): Promise<StoredObject> {
  const body = await readFile(file);
  return { ...(await readDescription(file, isVersion)), sizeBytes: body.length, body };
}

async function readInfo(file: string, isVersion: boolean): Promise<ObjectInfo> {
  const { size } = await stat(file);
  return { ...(await readDescription(file, isVersion)), sizeBytes: size };
}

/** A plain file that somebody put into the folder is an object without metadata. */
async function readDescription(file: string, isVersion: boolean): Promise<Omit<ObjectInfo, 'sizeBytes'>> {
  if (!isVersion) return { contentType: 'application/octet-stream', metadata: {} };
  return JSON.parse(await readFile(infoPath(file), 'utf8')) as Omit<ObjectInfo, 'sizeBytes'>;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Below a plain file there is nothing either. */
function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
}

function folderFault(error: unknown, what: string): unknown {
  if (!codeOf(error).startsWith('E')) return error;
  const code = DENIED.has(codeOf(error)) ? 'store-denied' : 'store-unreachable';
  return fault(code, `${what}: ${(error as Error).message}`, { cause: error });
}

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../contracts/errors.js';
import { assertObjectKey } from '../object-key.js';
import { VERSIONS_FOLDER } from './walk-keys.js';

/** How often a reader that lost a version to an overwrite looks again. */
const MAX_LOOKS = 20;
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'EEXIST']);

/** What is kept beside a body. */
export interface Description {
  contentType: string;
  metadata: Record<string, string>;
}

interface Version {
  /** Makes the body at the path that it is given. */
  write(version: string): Promise<void>;
  contentType: string;
  metadata?: Record<string, string>;
  ifAbsent?: true;
}

type Put = 'written' | 'exists';

/*
 * A put has to replace the body and the metadata in one step, and a folder has no rename of two files. So each put
 * writes both as a new version under `.objects/`, and then renames a symbolic link to the body over the key. The link is
 * relative: the folder can be moved. A version that was replaced is removed by the put that replaced it; a reader that
 * had read the link before looks again. Nothing is synced to disk: what a power cut may lose is what the system holds.
 */
export function objectPath(root: string, key: string): string {
  assertObjectKey(key);
  if (key.split('/')[0] === VERSIONS_FOLDER) throw fault('store-denied', `object key ${key} is reserved`);
  return path.join(root, key);
}

export async function writeVersion(
  { root, target }: { root: string; target: string },
  { write, contentType, metadata = {}, ifAbsent }: Version,
): Promise<Put> {
  const id = randomUUID();
  const version = path.join(root, VERSIONS_FOLDER, id.slice(0, 2), id);
  const link = `${version}.link`;
  await mkdir(path.dirname(version), { recursive: true });
  try {
    await write(version);
    await writeFile(infoPath(version), JSON.stringify({ contentType, metadata }));
    await mkdir(path.dirname(target), { recursive: true });
    if (ifAbsent) return await linkIfAbsent(target, version);
    const replaced = await readlink(target).catch(() => undefined); // a key without a version: nothing to remove
    await symlink(path.relative(path.dirname(target), version), link);
    await rename(link, target);
    if (replaced) await removeVersion(path.resolve(path.dirname(target), replaced));
    return 'written';
  } catch (error) {
    await rm(link, { force: true });
    await removeVersion(version);
    throw error;
  }
}

/** The system makes a link only where there is nothing yet, for one of several processes too. */
async function linkIfAbsent(target: string, version: string): Promise<Put> {
  try {
    await symlink(path.relative(path.dirname(target), version), target);
    return 'written';
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || (await lstat(target).catch(ignoreMissing))?.isDirectory()) throw error;
    await removeVersion(version);
    return 'exists';
  }
}

async function removeVersion(version: string): Promise<void> {
  await rm(version, { force: true });
  await rm(infoPath(version), { force: true });
}

/** What is there of it. */
export async function removeObject(target: string): Promise<void> {
  const entry = await lstat(target).catch(ignoreMissing);
  if (!entry || entry.isDirectory()) return;
  const version = entry.isSymbolicLink() ? await readlink(target).catch(ignoreMissing) : undefined;
  await rm(target, { force: true });
  if (version !== undefined) await removeVersion(path.resolve(path.dirname(target), version));
}

const infoPath = (version: string): string => `${version}.json`;

/** Undefined where there is no object; `read` is asked again where a put replaces the version under it. */
export async function lookAt<T>(
  target: string,
  { what, read }: { what: string; read: (file: string, description: () => Promise<Description>) => Promise<T> },
): Promise<T | undefined> {
  try {
    for (let looks = 1; ; looks += 1) {
      const entry = await lstat(target).catch(ignoreMissing);
      if (!entry || entry.isDirectory()) return undefined;
      try {
        if (!entry.isSymbolicLink()) return await read(target, () => Promise.resolve(UNDESCRIBED));
        const version = path.resolve(path.dirname(target), await readlink(target));
        return await read(version, () => readDescription(version));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || looks === MAX_LOOKS) throw error;
      }
    }
  } catch (error) {
    throw folderFault(error, what);
  }
}

/** What is said of a plain file that somebody put into the folder. */
const UNDESCRIBED: Description = { contentType: 'application/octet-stream', metadata: {} };

const readDescription = async (version: string): Promise<Description> =>
  JSON.parse(await readFile(infoPath(version), 'utf8')) as Description;

export async function readInfo(
  file: string,
  description: () => Promise<Description>,
): Promise<Description & { sizeBytes: number }> {
  const { size } = await stat(file);
  return { ...(await description()), sizeBytes: size };
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** Below a plain file there is nothing either. */
export function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
}

export function folderFault(error: unknown, what: string): unknown {
  if (!codeOf(error).startsWith('E')) return error;
  const code = DENIED.has(codeOf(error)) ? 'store-denied' : 'store-unreachable';
  return fault(code, `${what}: ${(error as Error).message}`, { cause: error });
}

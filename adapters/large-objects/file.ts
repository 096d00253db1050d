import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { fault } from '../../contracts/errors.js';
import {
  codeOf,
  folderFault,
  ignoreMissing,
  lookAt,
  objectPath,
  removeObject,
  writeVersion,
  type Description,
} from '../object-folder/object-folder.js';
import { VERSIONS_FOLDER } from '../object-folder/walk-keys.js';
import { persist } from './persist.js';
import type { LargeObjects, Measure, ReadOptions, TransferOptions } from './large-objects.js';
import type { ObjectInfo } from '../object-store/object-store.js';

const STEP_BYTES = 1024 * 1024;
const UPLOADS = 'uploads';

export interface FileLargeObjectsOptions {
  folder: string;
  /** How long what may succeed later is repeated; a quarter of an hour unless given. */
  patienceMs?: number;
}

/** Bodies on their way are in `.objects/uploads/`, each beside a file that holds its key. */
export function fileLargeObjects({ folder, patienceMs }: FileLargeObjectsOptions): LargeObjects {
  const root = path.resolve(folder);
  const uploads = path.join(root, VERSIONS_FOLDER, UPLOADS);

  async function read<T>(
    key: string,
    options: ReadOptions,
    work: (from: string, described: Description) => Promise<T>,
  ): Promise<T | undefined> {
    const target = objectPath(root, key);
    const what = `get ${key}`;
    const look = {
      what,
      read: async (from: string, description: () => Promise<Description>) => work(from, await description()),
    };
    return persist(() => guarded(what, options.signal, () => lookAt(target, look)), { ...options, patienceMs });
  }

  return {
    async putFile(key, options) {
      const target = objectPath(root, key);
      return persist(
        () =>
          guarded(`put ${key}`, options.signal, async () => {
            if (await lookAt(target, { what: `put ${key}`, read: async () => true })) return 'exists';
            const write = (version: string) => upload(uploads, { key, version, options });
            return writeVersion({ root, target }, { ...options, ifAbsent: true, write });
          }),
        { ...options, patienceMs },
      );
    },

    getFile: (key, options) => read(key, options, (from, described) => download(from, { key, described, options })),

    measure: (key, options = {}) =>
      read(key, options, async (from, described) => {
        const measure = await pass(from, drained, options);
        assertWhole(key, described, measure);
        return measure;
      }),

    async remove(keys) {
      for (const key of keys) {
        const target = objectPath(root, key);
        await guarded(`remove ${key}`, undefined, async () => {
          await removeObject(target);
          await removeEmptyFolders(root, path.dirname(target));
        });
      }
    },

    abandonUploads: ({ prefix, beforeMs }) =>
      guarded(`abandon uploads of ${prefix}`, undefined, async () => {
        let abandoned = 0;
        const names = (await readdir(uploads).catch(ignoreMissing)) ?? [];
        for (const body of names.filter((name) => name.endsWith('.key')).map((name) => name.slice(0, -4))) {
          const card = path.join(uploads, `${body}.key`);
          const begunMs = (await stat(card).catch(ignoreMissing))?.mtimeMs ?? Infinity;
          if (begunMs >= beforeMs || !(await readFile(card, 'utf8')).startsWith(prefix)) continue;
          await rm(path.join(uploads, body), { force: true });
          await rm(card, { force: true });
          abandoned += 1;
        }
        return abandoned;
      }),

    presign: async (key) => pathToFileURL(objectPath(root, key)).href,

    async close() {},
  };
}

async function guarded<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw folderFault(error, what);
  }
}

/** A failed copy is removed at once; only a killed process leaves one. */
async function upload(
  uploads: string,
  { key, version, options }: { key: string; version: string; options: TransferOptions },
): Promise<void> {
  await mkdir(uploads, { recursive: true });
  const body = path.join(uploads, randomUUID());
  await writeFile(`${body}.key`, key);
  try {
    await copy(options.path, body, options);
    await rename(body, version);
  } finally {
    await rm(body, { force: true });
    await rm(`${body}.key`, { force: true });
  }
}

async function download(
  from: string,
  { key, described, options }: { key: string; described: Description; options: TransferOptions },
): Promise<ObjectInfo> {
  const partial = `${options.path}.partial`;
  try {
    const measure = await copy(from, partial, options);
    assertWhole(key, described, measure);
    await rename(partial, options.path);
    return { ...described, sizeBytes: measure.sizeBytes };
  } finally {
    await rm(partial, { force: true });
  }
}

function assertWhole(key: string, { metadata }: Description, { sizeBytes, sha256 }: Measure): void {
  const expected = metadata['sha256'];
  if (expected === undefined || expected === sha256) return;
  throw fault('object-damaged', `${key}: expected bytes of sha256 ${expected}, got ${sizeBytes} of ${sha256}`);
}

const copy = (from: string, to: string, options: ReadOptions): Promise<Measure> =>
  pass(from, createWriteStream(to, { highWaterMark: STEP_BYTES }), options);

async function drained(chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) void chunk;
}

/** Measures the bytes of a file on their way. */
async function pass(
  from: string,
  into: NodeJS.WritableStream | typeof drained,
  { signal, onProgress }: ReadOptions,
): Promise<Measure> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const source = await open(from);
  await pipeline(
    createReadStream('', { fd: source, highWaterMark: STEP_BYTES }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
        sizeBytes += chunk.length;
        onProgress?.(sizeBytes);
      }
    },
    into,
    signal ? { signal } : {},
  );
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** A bucket has no folders, so none may stay where a key of its name could be put. */
async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let at = folder; at.length > root.length; at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return;
      ignoreMissing(error);
    }
  }
}

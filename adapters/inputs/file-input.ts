import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fault } from '../../contracts/errors.js';
import { isOpenedAt } from './is-opened-at.js';
import type { InputScheme } from './media-inputs.js';
import type { InputVersion } from '../../contracts/plan.js';

const STEP_BYTES = 1024 * 1024;

/** Regular files in some folders of this machine, and nothing that a link in them leads out to. */
export function fileInput({ allowFolders }: { allowFolders: readonly string[] }): InputScheme {
  return {
    async inspect(url) {
      const file = await openAllowed(url, allowFolders);
      try {
        return { version: await versionOf(file), url };
      } finally {
        await file.close();
      }
    },

    async read(url, { version, fromByte, signal }) {
      const file = await openAllowed(url, allowFolders);
      return Readable.from(bytesOf(file, { url, version, fromByte, signal }), { objectMode: false });
    },

    close() {},
  };
}

async function* bytesOf(
  file: FileHandle,
  {
    url,
    version,
    fromByte,
    signal,
  }: { url: string; version: InputVersion; fromByte: number; signal?: AbortSignal | undefined },
): AsyncGenerator<Buffer> {
  try {
    await assertSame(file, { url, version });
    for (let at = fromByte; at < version.sizeBytes;) {
      signal?.throwIfAborted();
      const length = Math.min(STEP_BYTES, version.sizeBytes - at);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    await assertSame(file, { url, version });
  } finally {
    await file.close();
  }
}

async function assertSame(file: FileHandle, { url, version }: { url: string; version: InputVersion }): Promise<void> {
  const now = await versionOf(file);
  if (now.tag === version.tag && now.sizeBytes === version.sizeBytes) return;
  throw fault('input-changed', `${url}: expected ${JSON.stringify(version)}, got ${JSON.stringify(now)}`);
}

async function versionOf(file: FileHandle): Promise<InputVersion> {
  const { size, mtimeNs } = await file.stat({ bigint: true });
  return { sizeBytes: Number(size), tag: String(mtimeNs) };
}

/** What is outside is forbidden whether it is there or not: nobody learns which. */
async function openAllowed(url: string, allowFolders: readonly string[]): Promise<FileHandle> {
  const named = pathOf(url);
  const folders = await Promise.all(allowFolders.map((folder) => realpath(folder).catch(() => path.resolve(folder))));
  const isInside = (file: string, all: readonly string[]): boolean =>
    all.some((folder) => file.startsWith(`${folder}/`));
  const forbidden = fault(
    'input-forbidden',
    `${url}: expected a regular file in a folder of REELAY_INPUTS_ALLOW_FOLDERS`,
  );
  if (!isInside(named, [...folders, ...allowFolders.map((folder) => path.resolve(folder))])) throw forbidden;
  try {
    const real = await realpath(named);
    if (!isInside(real, folders)) throw forbidden;
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile() && (await isOpenedAt(file, real))) return file;
    await file.close();
    throw forbidden;
  } catch (error) {
    if (error === forbidden) throw error;
    throw fileFault(error, url);
  }
}

function fileFault(error: unknown, url: string): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return fault('input-not-found', `${url}: no such file`, { cause: error });
  const isDenied = ['EACCES', 'EPERM', 'ELOOP', 'ENXIO'].includes(code);
  return fault(isDenied ? 'input-denied' : 'input-unreachable', `${url}: ${message}`, { cause: error });
}

function pathOf(url: string): string {
  try {
    return path.resolve(fileURLToPath(url));
  } catch (error) {
    throw fault('input-url-invalid', `${url}: expected file:///folder/file`, { cause: error });
  }
}

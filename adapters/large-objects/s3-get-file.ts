import { createHash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { fault } from '../../contracts/errors.js';
import { flowing } from '../transfer/flowing.js';
import { describeObject } from '../s3/s3-connection.js';
import { isMissing, isTaken } from '../s3/s3-fault.js';
import { persist } from './persist.js';
import { ask, type S3Context } from '../s3/s3-requests.js';
import type { Measure, ReadOptions, TransferOptions } from './large-objects.js';
import type { ObjectInfo } from '../object-store/object-store.js';

/** How much has to come before a cut for the next try to come at once, with all of its time. */
const PROGRESS_BYTES = 64 * 1024;

export async function getFileFromS3(
  s3: S3Context,
  key: string,
  options: TransferOptions,
): Promise<ObjectInfo | undefined> {
  const partial = `${options.path}.partial`;
  const file = await open(partial, 'w');
  try {
    const found = await download(s3, { key, file, options }).finally(() => file.close());
    if (found) await rename(partial, options.path);
    return found?.info;
  } finally {
    await rm(partial, { force: true });
  }
}

export async function measureInS3(s3: S3Context, key: string, options: ReadOptions): Promise<Measure | undefined> {
  const found = await download(s3, { key, options });
  return found && { sizeBytes: found.info.sizeBytes, sha256: found.sha256 };
}

interface Download {
  key: string;
  /** Where the bytes go; without it they are only measured. */
  file?: FileHandle;
  options: ReadOptions;
}

/** What is there of the object, and how to go on with it. */
interface State {
  at: number;
  etag?: string | undefined;
  info?: ObjectInfo;
  sha256: ReturnType<typeof createHash>;
}

type Downloaded = { info: ObjectInfo; sha256: string };

async function download(s3: S3Context, get: Download): Promise<Downloaded | undefined> {
  const { signal, onAttempt } = get.options;
  const state: State = { at: 0, sha256: createHash('sha256') };
  for (;;) {
    const isOver = await persist(
      async () => {
        const from = state.at;
        try {
          return await readOn(s3, { ...get, state });
        } catch (error) {
          signal?.throwIfAborted();
          if (state.at - from < PROGRESS_BYTES) throw error;
          onAttempt?.();
          return false;
        }
      },
      { signal, onAttempt, patienceMs: s3.patienceMs },
    );
    if (isOver) break;
  }
  return state.info && whole(s3.where(get.key), { ...state, info: state.info });
}

/** Answers whether there is no more to come. */
async function readOn(s3: S3Context, { key, file, state, options }: Download & { state: State }): Promise<boolean> {
  const { signal, onProgress } = options;
  const range = state.at > 0 ? { Range: `bytes=${state.at}-`, IfMatch: state.etag } : {};
  return ask(s3, { what: `get ${s3.where(key)}`, signal }, async (bound) => {
    try {
      const command = new GetObjectCommand({ ...s3.at(key), ...range });
      const answer = await s3.client.send(command, { abortSignal: bound.signal });
      if (state.at === 0) Object.assign(state, { etag: answer.ETag, info: describeObject(answer) });
      const chunks = (answer.Body ?? []) as AsyncIterable<Uint8Array>;
      for await (const chunk of flowing(chunks, { bound, stallMs: s3.answerMs })) {
        await file?.write(chunk, 0, chunk.length, state.at);
        state.sha256.update(chunk);
        state.at += chunk.length;
        onProgress?.(state.at);
      }
      return true;
    } catch (error) {
      if (isMissing(error) && state.at === 0) return true;
      if (isTaken(error)) await startAnew(state, file);
      throw error;
    }
  });
}

/** Somebody has replaced the object while it was read. */
async function startAnew(state: State, file: FileHandle | undefined): Promise<void> {
  await file?.truncate(0);
  Object.assign(state, { at: 0, etag: undefined, sha256: createHash('sha256') });
}

function whole(where: string, { at, info, sha256 }: State & { info: ObjectInfo }): Downloaded {
  const expected = info.metadata['sha256'];
  const found = sha256.digest('hex');
  if (at === info.sizeBytes && (expected === undefined || found === expected)) return { info, sha256: found };
  throw fault(
    'object-damaged',
    `${where}: expected ${info.sizeBytes} bytes of sha256 ${expected}, got ${at} of ${found}`,
  );
}

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import { freeAboveReserve } from '../host/disk-room.js';
import { makeWritable, ownFolder } from '../host/own-folder.js';

export interface Room {
  release(): void;
}

/** The folder where a worker keeps inputs and what it makes of them, within a budget that is asked for before it is used. */
export interface Scratch {
  readonly folder: string;
  /** Where chunks lie that are encoded and not yet stored: what a worker that is killed must not have made in vain. */
  readonly keptFolder: string;
  /** Waits its turn for room; fails with `scratch-full` where there can never be so much. */
  reserve(bytes: number, options: { signal: AbortSignal }): Promise<Room>;
  /** A folder for one piece of work, which is gone after it. */
  withFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result>;
  /** Who can give room back at once when others wait; answers false where it has none. */
  onWanted(evict: () => boolean): void;
  close(): Promise<void>;
}

const KEPT = 'kept';
/** A chunk that waited longer than this for its store is taken for one that nobody asks for any more. */
const KEPT_FOR_MS = 3_600_000;

/** Takes the folder for this process, and removes what another one has left in it, but for chunks that are worth keeping. */
export async function openScratch({ folder, maxBytes }: { folder: string; maxBytes: number }): Promise<Scratch> {
  await makeWritable(folder, 'scratch');
  const owner = await ownFolder(folder, 'scratch');
  const keptFolder = join(folder, KEPT);
  await sweep(folder, { keptFolder });
  const waiting: { bytes: number; enter(): void }[] = [];
  let usedBytes = 0;
  let isAdmitting = false;
  let evict = (): boolean => false;

  return {
    folder,
    keptFolder,
    async reserve(bytes, { signal }) {
      await assertPossible(folder, { bytes, maxBytes });
      signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const entry = { bytes, enter: resolve };
        const leave = (): void => {
          const at = waiting.indexOf(entry);
          if (at < 0) return;
          waiting.splice(at, 1);
          reject(signal.reason as Error);
          admit();
        };
        waiting.push(entry);
        signal.addEventListener('abort', leave, { once: true });
        entry.enter = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        admit();
      });
      let isHeld = true;
      return {
        release() {
          if (!isHeld) return;
          isHeld = false;
          usedBytes -= bytes;
          admit();
        },
      };
    },
    async withFolder(work) {
      const own = join(folder, randomUUID());
      await mkdir(own);
      try {
        return await work(own);
      } finally {
        await rm(own, { recursive: true, force: true });
      }
    },
    onWanted(give) {
      evict = give;
    },
    close: () => owner.close(),
  };

  /** In the order of asking: who wants much is not passed by those who want little. What is evicted comes back here. */
  function admit(): void {
    if (isAdmitting) return;
    isAdmitting = true;
    for (let [next] = waiting; next; [next] = waiting) {
      while (usedBytes + next.bytes > maxBytes && evict());
      if (usedBytes + next.bytes > maxBytes) break;
      usedBytes += next.bytes;
      waiting.shift();
      next.enter();
    }
    isAdmitting = false;
  }
}

async function assertPossible(folder: string, { bytes, maxBytes }: { bytes: number; maxBytes: number }): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = freeAboveReserve({ totalBytes: blocks * bsize, availableBytes: bavail * bsize });
  const most = Math.min(maxBytes, free);
  if (bytes <= most) return;
  const wanted = `${Math.ceil(bytes)} bytes are needed in scratch folder ${folder}`;
  throw fault('scratch-full', `${wanted}: at most ${Math.floor(most)} are allowed and free`);
}

async function sweep(folder: string, { keptFolder }: { keptFolder: string }): Promise<void> {
  await mkdir(keptFolder, { recursive: true });
  const left = await readdir(folder, { withFileTypes: true });
  const others = left.filter((entry) => entry.name !== KEPT && !entry.isSocket()).map(({ name }) => join(folder, name));
  const kept = (await readdir(keptFolder)).map((name) => join(keptFolder, name));
  const old = await Promise.all(
    kept.map(async (path) => ((await stat(path)).mtimeMs < Date.now() - KEPT_FOR_MS ? [path] : [])),
  );
  await Promise.all([...others, ...old.flat()].map((path) => rm(path, { recursive: true, force: true })));
}

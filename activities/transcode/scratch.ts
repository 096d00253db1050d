import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import { freeAboveReserve } from '../host/disk-room.js';
import { makeWritable, ownFolder } from '../host/own-folder.js';

export interface Room {
  release(): void;
}

/** Room that several use and that is taken once, such as that of an input. */
export interface SharedRoom {
  bytes: number;
  isTaken(): boolean;
  /** Called in the step in which it is given; with the room itself where it was not taken before. */
  use(room: Room | undefined): void;
}

/** The folder where a worker keeps inputs and what it makes of them, within a budget that is asked for before it is used. */
export interface Scratch {
  readonly folder: string;
  /** Where chunks lie that are encoded and not yet stored: what a worker that is killed must not have made in vain. */
  readonly keptFolder: string;
  /** All that may lie there at once. */
  readonly maxBytes: number;
  /**
   * Waits its turn for room; fails with `scratch-full` where there can never be so much. What is shared is had in the same
   * step: who held the one while it waits for the other might wait for ever.
   */
  reserve(bytes: number, options: { signal: AbortSignal; shared?: SharedRoom }): Promise<Room>;
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
  const waiting: Waiting[] = [];
  let usedBytes = 0;
  let isAdmitting = false;
  let evict = (): boolean => false;

  return {
    folder,
    keptFolder,
    maxBytes,
    async reserve(bytes, { signal, shared }) {
      await assertPossible(folder, { bytes, shared, maxBytes });
      signal.throwIfAborted();
      return new Promise<Room>((resolve, reject) => {
        const entry: Waiting = { bytes, shared, enter: () => undefined };
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
          shared?.use(shared.isTaken() ? undefined : take(shared.bytes));
          resolve(take(bytes));
        };
        admit();
      });
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

  function take(bytes: number): Room {
    let isHeld = true;
    usedBytes += bytes;
    return {
      release() {
        if (!isHeld) return;
        isHeld = false;
        usedBytes -= bytes;
        admit();
      },
    };
  }

  function admit(): void {
    if (isAdmitting) return;
    isAdmitting = true;
    while (admitNext());
    isAdmitting = false;
  }

  /**
   * In the order of asking: who wants much is not passed by those who want little. Those alone pass whose shared room is
   * there already: what is begun goes on, instead of being fetched again behind each of the others.
   */
  function admitNext(): boolean {
    const next = waiting.find((one) => one.shared?.isTaken() && fits(one)) ?? waiting[0];
    if (!next) return false;
    while (!fits(next) && evict());
    if (!fits(next)) return false;
    waiting.splice(waiting.indexOf(next), 1);
    next.enter();
    return true;
  }

  /** What is evicted may be what it shares, so it is looked at anew each time. */
  function fits(next: Waiting): boolean {
    return usedBytes + stillNeeded(next) <= maxBytes;
  }
}

interface Waiting {
  bytes: number;
  shared: SharedRoom | undefined;
  enter(): void;
}

const stillNeeded = ({ bytes, shared }: Pick<Waiting, 'bytes' | 'shared'>): number =>
  bytes + (shared && !shared.isTaken() ? shared.bytes : 0);

async function assertPossible(
  folder: string,
  { maxBytes, ...asked }: Pick<Waiting, 'bytes' | 'shared'> & { maxBytes: number },
): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const free = freeAboveReserve({ totalBytes: blocks * bsize, availableBytes: bavail * bsize });
  const wholeBytes = asked.bytes + (asked.shared?.bytes ?? 0);
  if (wholeBytes <= maxBytes && stillNeeded(asked) <= free) return;
  const wanted = `${Math.ceil(wholeBytes)} bytes are needed in scratch folder ${folder}`;
  throw fault('scratch-full', `${wanted}: at most ${Math.floor(Math.min(maxBytes, free))} are allowed and free`);
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

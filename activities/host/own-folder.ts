import { once } from 'node:events';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';

const SOCKET = 'owner.sock';
/** How long the start of another worker on the same folder may take to show. */
const SETTLE_MS = 50;

export type OwnedFolder = 'spool' | 'scratch';

/**
 * Takes the folder for this process, or fails with `spool-unusable` and the like where another one has it. The claim is a socket in
 * the folder: the system closes it however its process ends, so a worker that was killed can be started again at once,
 * while one that is only stopped still answers.
 */
export async function ownFolder(folder: string, kind: OwnedFolder): Promise<{ close(): Promise<void> }> {
  // A socket's path may hold about 100 bytes, a folder's many more.
  const handle = await open(folder, 'r');
  const root = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
  try {
    const server = await claim(join(root, SOCKET), () => taken(folder, kind));
    return {
      async close() {
        await new Promise((resolve) => server.close(resolve));
        await handle.close();
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function claim(path: string, taken: () => Error): Promise<Server> {
  const first = await listen(path);
  if (first) return first;
  if (await isAnswered(path)) throw taken();
  await rm(path, { force: true });
  const second = await listen(path);
  if (!second) throw taken();
  // Two that found the same dead socket may both have removed one; the last of them has the file.
  const mine = await stat(path, { bigint: true });
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const now = await stat(path, { bigint: true }).catch(() => undefined);
  if (now?.ino === mine.ino) return second;
  second.close();
  throw taken();
}

async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(path);
    await once(server, 'listening');
    return server.unref();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Nobody listens: its process is gone.
  } finally {
    socket.destroy();
  }
}

const taken = (folder: string, kind: OwnedFolder): Error =>
  fault(
    `${kind}-unusable`,
    `${kind} folder ${folder} is in use by another worker: expected a folder of this worker alone`,
  );

/** Makes the folder, and fails with `spool-unusable` and the like where it cannot be written to. */
export async function makeWritable(folder: string, kind: OwnedFolder): Promise<void> {
  const probe = join(folder, `writable.${process.pid}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (cause) {
    throw fault(`${kind}-unusable`, `${kind} folder ${folder} cannot be used: ${(cause as Error).message}`, { cause });
  }
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import getPort from 'get-port';

export const LOOPBACK = '127.0.0.1';

/**
 * The port this server had before in this home, else the one wished for, else any: the first that is free. Kept in
 * `home`, so that addresses stay the same from one start to the next.
 */
export async function reusablePort(home: string, { name, wish }: { name: string; wish?: number }): Promise<number> {
  const wanted = [readPorts(home)[name], wish].filter((port) => port !== undefined);
  for (const port of wanted) {
    if (await isFree(port)) return keep(home, { name, port });
  }
  return keep(home, { name, port: await getPort({ host: LOOPBACK }) });
}

// get-port is not asked about a given port: it holds each one it names back for half a minute, even from ourselves.
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
      .once('error', () => resolve(false))
      .listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });

const fileIn = (home: string): string => join(home, 'ports.json');

function readPorts(home: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(fileIn(home), 'utf8')) as Record<string, number>;
  } catch {
    return {}; // the first start in this home
  }
}

// Read and written in one go: servers start side by side and share the file.
function keep(home: string, { name, port }: { name: string; port: number }): number {
  mkdirSync(home, { recursive: true });
  writeFileSync(fileIn(home), JSON.stringify({ ...readPorts(home), [name]: port }, null, 2));
  return port;
}

/** Resolves when something listens there. */
export const reach = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: LOOPBACK }, () => {
      socket.destroy();
      resolve();
    }).once('error', reject);
  });

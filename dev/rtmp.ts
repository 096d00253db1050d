import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../contracts/errors.js';
import { startChild } from './child.js';
import { LOOPBACK, reach, reusablePort } from './ports.js';
import { logIn, ownServer, type Server, type ServerOptions } from './server.js';
import { untilReady } from './until-ready.js';

const START_DEADLINE_MS = 30_000;
const APP = 'live';

export interface RtmpServer extends Server {
  /** Publish to and play from this, a slash and a name. */
  url: string;
  /** The same streams over HTTP: this, a slash, a name and `.flv`. */
  flv: string;
}

/** A server that takes streams over RTMP and gives them out over RTMP and HTTP-FLV, last group of pictures first. */
export async function startRtmp(options: ServerOptions & { httpPort?: number }): Promise<RtmpServer> {
  const { home, signal } = options;
  requireMediaServer();
  const port = options.port ?? (await reusablePort(home, { name: 'rtmp' }));
  const httpPort = options.httpPort ?? (await reusablePort(home, { name: 'rtmp-http' }));
  const child = startChild({
    name: 'rtmp',
    command: [process.execPath, PROGRAM, JSON.stringify(configure({ home, port, httpPort }))],
    log: logIn(home, 'rtmp'),
    home,
  });
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    check: () => Promise.all([reach(port), reach(httpPort)]),
  });
  return {
    ...ownServer(child),
    url: `rtmp://${LOOPBACK}:${port}/${APP}`,
    flv: `http://${LOOPBACK}:${httpPort}/${APP}`,
  };
}

const PROGRAM = fileURLToPath(new URL('./rtmp-server.js', import.meta.url));

const configure = ({ home, port, httpPort }: { home: string; port: number; httpPort: number }) => ({
  bind: LOOPBACK,
  rtmp: { port },
  http: { port: httpPort },
  store: { path: join(home, 'rtmp') },
  webadmin: { enable: false },
});

function requireMediaServer(): void {
  try {
    createRequire(import.meta.url).resolve('node-media-server');
  } catch {
    throw fault('tool-missing', 'node-media-server is a development dependency: run `npm install` without --omit=dev');
  }
}

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../../dev/child.js';
import { clip, clipFolder } from './clips.js';
import { eventually } from './eventually.js';
import { afterScene } from './stage.js';

const HOST = '127.0.0.1';
const PACE_BYTES_PER_S = 1_000_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server of this process that answers as it is told to; answers its address without a slash at the end. */
export async function serve(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    response.on('error', () => undefined); // the player is gone
    void answer(request, response);
  });
  return listen(server, () => {
    server.closeAllConnections();
  });
}

/** Bytes at the pace of a live stream, then silence on an open connection. */
export const serveSlowly = (bytes: Buffer): Promise<string> =>
  serve(async (_, response) => {
    response.writeHead(200, { 'content-type': 'video/x-flv' });
    const STEPS_PER_S = 10;
    const stepBytes = PACE_BYTES_PER_S / STEPS_PER_S;
    for (let at = 0; at < bytes.length && !response.destroyed; at += stepBytes) {
      response.write(bytes.subarray(at, at + stepBytes));
      await delay(1000 / STEPS_PER_S);
    }
  });

/** Takes connections and never says a word; answers host and port. */
export async function serveNothing(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined); // the player is killed
    sockets.add(socket);
  });
  const address = await listen(server, () => {
    for (const socket of sockets) socket.destroy();
  });
  return address.replace('http://', '');
}

/** A live playlist that ffmpeg keeps moving, long enough for a player that comes late; answers its address once it can be played. */
export async function serveHls(): Promise<string> {
  const folder = clipFolder();
  const ffmpeg = startChild({
    name: 'hls',
    command: [
      ...(['ffmpeg', '-hide_banner', '-loglevel', 'warning', '-nostdin'] as const),
      ...['-re', '-stream_loop', '-1', '-i', await clip({ gopSeconds: 1 }), '-c', 'copy', '-f', 'hls'],
      ...['-hls_time', '1', '-hls_list_size', '30', '-hls_flags', 'delete_segments', join(folder, 'live.m3u8')],
    ],
    log: join(folder, 'hls.log'),
  });
  afterScene(() => ffmpeg.stop());
  const origin = await serve(async ({ url = '' }, response) => {
    const file = await readFile(join(folder, url.slice(1).replace(/\?.*/s, ''))).catch(() => undefined); // a segment that has passed
    response.writeHead(file ? 200 : 404).end(file);
  });
  const playlist = `${origin}/live.m3u8`;
  const segments = async (): Promise<number> => (await (await fetch(playlist)).text()).split('.ts\n').length - 1;
  await eventually(async () => (await segments()) >= 3 || undefined, { withinMs: 15_000, what: 'a playlist' });
  return playlist;
}

async function listen(server: Server, cut: () => void): Promise<string> {
  server.listen(0, HOST);
  await once(server, 'listening');
  afterScene(async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  return `http://${HOST}:${(server.address() as AddressInfo).port}`;
}

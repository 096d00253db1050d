import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LOOPBACK } from '../dev/ports.js';

export interface HostileSources {
  urls: readonly string[];
  /** Those that a worker has come for. */
  readonly met: ReadonlySet<string>;
  close(): Promise<void>;
}

const PIECE_BYTES = 256 * 1024;
const PAUSE_MS = 20;
/** What a player takes for the beginning of a stream with video. */
const FLV_HEAD = Buffer.from('FLV\u0001\u0001\u0000\u0000\u0000\u0009\u0000\u0000\u0000\u0000', 'latin1');

/** One that sends noise without end behind a proper head, and one whose playlist never ends. */
const SENDERS: Record<string, (response: ServerResponse) => Promise<void>> = {
  '/noise.flv': (response) => sendOn(response, { head: FLV_HEAD, piece: () => randomBytes(PIECE_BYTES) }),
  '/endless.m3u8': (response) =>
    sendOn(response, {
      head: Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n'),
      piece: () => Buffer.from('#EXTINF:2,\nnowhere.ts\n'.repeat(PIECE_BYTES / 32)),
    }),
};

/** Serves on loopback what no honest source sends. */
export async function startHostileSources(): Promise<HostileSources> {
  const met = new Set<string>();
  const server = createServer((request, response) => {
    response.on('error', () => undefined); // the worker has had enough
    const send = SENDERS[request.url ?? ''];
    if (!send) return void response.writeHead(404).end();
    met.add(request.url ?? '');
    void send(response);
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    met,
    urls: Object.keys(SENDERS).map((path) => `http://${LOOPBACK}:${port}${path}`),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function sendOn(response: ServerResponse, { head, piece }: { head: Buffer; piece(): Buffer }): Promise<void> {
  response.writeHead(200);
  response.write(head);
  for (; !response.destroyed; await delay(PAUSE_MS)) response.write(piece());
}

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ErrorCode } from '../../contracts/errors.js';
import type { Canary } from './limits.js';

/** What a hostile server does with a connection once it was asked for something; nothing more is listened to. */
export type Answer = (socket: Socket, asked: Asked) => void;

export interface Asked {
  /** The first bytes that came, as text. */
  request: string;
  /** What an HTTP request is for. */
  path: string;
  canary: Canary;
  /** A segment that can be played. */
  segment: Buffer;
}

export interface SourceRow {
  name: string;
  /** Where `AT` is host and port of the server, and `PORT` the port of the canary. */
  url?: string;
  answer?: Answer;
  code: ErrorCode;
  /** It goes on until no picture has come for too long; how far it has got by then is told by the code, and by chance. */
  isEndless?: true;
}

/** A server of the suite that does with each connection, once it was asked for something, what it is told to do. */
export function useHostileServer(canary: () => Canary, segment: () => Buffer = () => Buffer.alloc(0)) {
  const sockets = new Set<Socket>();
  let answer: Answer | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // who asked is gone
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (piece) => {
      const request = piece.toString('latin1');
      const [, path = ''] = /^\S+ (\S+)/.exec(request) ?? [];
      answer?.(socket, { request, path, canary: canary(), segment: segment() });
    });
  });
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });
  after(() => server.close());
  return {
    address: (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(next: Answer): void {
      answer = next;
    },
  };
}

export type Bytes = string | Buffer;

export const say =
  (...pieces: Bytes[]): Answer =>
  (socket) => {
    for (const piece of pieces) socket.write(piece);
  };

export const sayAndLeave =
  (...pieces: Bytes[]): Answer =>
  (socket) => {
    for (const piece of pieces) socket.write(piece);
    socket.end();
  };

/** The same bytes for as long as somebody takes them. */
export const endlessly =
  (head: Bytes, piece: Bytes): Answer =>
  (socket) => {
    socket.write(head);
    const more = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', more);
    more();
  };

/** A byte now and then, so that the line is never silent. */
export const slowly =
  (head: Bytes, piece: Bytes): Answer =>
  (socket) => {
    socket.write(head);
    const saying = setInterval(() => socket.write(piece), 50);
    socket.on('close', () => clearInterval(saying));
  };

export const status = (line: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${line}`, ...headers, '', ''].join('\r\n');
export const OK = status('200 OK', 'Connection: close');
export const redirectTo =
  (location: (canary: Canary) => string): Answer =>
  (socket, { canary }) => {
    socket.end(status('302 Found', `Location: ${location(canary)}`, 'Content-Length: 0', 'Connection: close'));
  };

/** Files of a site: the playlist that was asked for, and the segment wherever else it is. */
export const site =
  (playlist: (asked: Asked) => string): Answer =>
  (socket, asked) => {
    socket.end(
      Buffer.concat([Buffer.from(OK), /m3u8/.test(asked.path) ? Buffer.from(playlist(asked)) : asked.segment]),
    );
  };
export const media = (...lines: string[]): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
export const naming = (url: string): string => media('#EXTINF:2,', url);

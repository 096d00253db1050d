import { connect, createServer, isIP, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import type { Problem } from '../../contracts/errors.js';
import { bareHost } from '../network/host-guard.js';
import { listenOnLoopback, routeFault, type RouteStart } from './route.js';

export interface TcpRelay {
  /** Host and port on loopback. */
  address: string;
  fault(): Problem | undefined;
  close(): void;
}

export interface RelayStart extends RouteStart {
  /** By the scheme of the source. */
  defaultPort: number;
  isSecure: boolean;
  /** For each connection: what of it does not pass as it is. `send` is to the source, beside what the player says. */
  converse?(send: (bytes: Buffer) => void): Conversation;
}

/** What each side says, as the other is to hear it. */
export interface Conversation {
  toSource(piece: Buffer): Buffer;
  toPlayer?(piece: Buffer): Buffer;
}

/** A port on loopback that leads to one source alone. */
export async function openTcpRelay(
  url: URL,
  { guard, tls, defaultPort, isSecure, converse }: RelayStart,
): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let fault: Problem | undefined;
  const server = createServer({ noDelay: true }, (player) => {
    sockets.add(player);
    player.on('close', () => sockets.delete(player));
    try {
      relay(player);
    } catch (error) {
      refuse(player, error as Error);
    }
  });
  const address = await listenOnLoopback(server);
  return {
    address,
    fault: () => fault,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };

  function relay(player: Socket): void {
    guard.assert(url);
    const source = connectToSource();
    source.once(isSecure ? 'secureConnect' : 'connect', () => {
      fault = undefined;
      const { toSource, toPlayer } = converse?.((bytes) => source.write(bytes)) ?? {};
      pass({ from: player, through: toSource, to: source });
      pass({ from: source, through: toPlayer, to: player });
    });
    source.on('error', (error) => {
      refuse(player, error);
    });
    player.on('close', () => source.destroy());
    player.on('error', () => undefined); // ffmpeg is gone, which `close` tells.
  }

  function connectToSource(): Socket {
    const host = bareHost(url.hostname);
    const to = { host, port: Number(url.port) || defaultPort, lookup: guard.lookup, noDelay: true };
    if (!isSecure) return connect(to);
    return connectSecurely({ ...to, ...tls, servername: isIP(host) ? '' : host });
  }

  function refuse(player: Socket, error: Error): void {
    fault = routeFault(error);
    player.destroy();
  }
}

interface Direction {
  from: Socket;
  through: ((piece: Buffer) => Buffer) | undefined;
  to: Socket;
}

/** Ends with either side, and where what one of them says cannot be understood. */
function pass({ from, through, to }: Direction): void {
  if (!through) return void pipeline(from, to, () => undefined);
  const transform = new Transform({
    transform(piece: Buffer, _, done) {
      try {
        done(null, through(piece));
      } catch (error) {
        done(error as Error);
      }
    },
  });
  pipeline(from, transform, to, () => undefined);
}

import { connect, createServer, isIP, type Socket } from 'node:net';
import { pipeline, type Transform } from 'node:stream';
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
  /** What answers of the source go through. */
  filter?: () => Transform;
}

/** A port on loopback that leads to one source alone. */
export async function openTcpRelay(
  url: URL,
  { guard, tls, defaultPort, isSecure, filter }: RelayStart,
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
    const source = toSource();
    source.once(isSecure ? 'secureConnect' : 'connect', () => {
      fault = undefined;
      pipeline(player, source, () => undefined);
      if (filter) pipeline(source, filter(), player, () => undefined);
      else pipeline(source, player, () => undefined);
    });
    source.on('error', (error) => {
      refuse(player, error);
    });
    player.on('close', () => source.destroy());
    player.on('error', () => undefined); // ffmpeg is gone, which `close` tells.
  }

  function toSource(): Socket {
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

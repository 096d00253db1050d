import net from 'node:net';
import { once } from 'node:events';

export interface SilentServer {
  port: number;
  close(): Promise<void>;
}

/** Accepts connections, reads nothing, and says nothing but `words`, once: a peer that hangs. */
export async function silentServer(words = ''): Promise<SilentServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the client gives up: what the test is about
    if (words) socket.once('data', () => socket.write(words));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port of this host on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await silentServer();
  await server.close();
  return server.port;
}

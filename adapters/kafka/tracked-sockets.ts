import net from 'node:net';
import tls from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;

/**
 * The sockets of one kafkajs client. A client that was given up has retries under way that nothing public stops; without
 * sockets, and unable to open new ones, it can deliver nothing behind our back and ends at once.
 */
export class TrackedSockets {
  private readonly open = new Set<net.Socket>();
  private isClosed = false;

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.isClosed) throw new Error('the client is closed');
    const serverName = net.isIP(host) ? {} : { servername: host };
    // kafkajs passes `true` for "TLS as it comes", though its type does not say so
    const socket = ssl
      ? tls.connect({ host, port, ...serverName, ...(typeof ssl === 'object' ? ssl : {}) }, onConnect)
      : net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  /** With an error, since that alone makes kafkajs reject what it waits for. */
  destroy(): void {
    this.isClosed = true;
    for (const socket of this.open) socket.destroy(new Error('the client was closed'));
  }
}

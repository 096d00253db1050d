import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { createAnswers } from './fault-answers.js';
import { createFaultLink } from './fault-link.js';
import type { FaultMode, Shape } from './fault-mode.js';
import { LOOPBACK } from './ports.js';

export interface FaultProxyOptions {
  /** The port that is passed on to, asked for at each connection. */
  target: () => number;
  speaks?: 'kafka';
}

export interface FaultProxy {
  port: number;
  /** How often a fault met a connection, a request or a piece of data: none means that it proved nothing. */
  readonly hits: number;
  set(mode: FaultMode): Promise<void>;
  close(): Promise<void>;
}

/** Passes TCP connections on to a target of this machine, and spoils them as it is told while it runs. */
export async function startFaultProxy({ target, speaks }: FaultProxyOptions): Promise<FaultProxy> {
  let mode: FaultMode = { kind: 'pass' };
  let hits = 0;
  const changes = new EventEmitter().setMaxListeners(0);
  const sockets = new Set<Socket>();
  const shape: Shape = {
    mode: () => mode,
    changed: (signal) => once(changes, 'mode', { signal }),
    hit: () => (hits += 1),
    readyAtMs: { up: 0, down: 0 },
  };
  const answers = createAnswers(shape, target);
  let server = await listen(0);
  const { port } = server.address() as { port: number };
  const reset = () => sockets.forEach((socket) => socket.resetAndDestroy());

  return {
    port,
    get hits() {
      return hits;
    },
    async set(next) {
      const before = mode;
      mode = next;
      if (next.kind === 'refuse' && before.kind !== 'refuse') await stopListening();
      // A request is told from what is left of another one only on a fresh connection.
      if (next.kind === 'answer' || before.kind === 'answer') reset();
      if (next.kind !== 'refuse' && before.kind === 'refuse') server = await listen(port);
      changes.emit('mode');
    },
    async close() {
      if (mode.kind !== 'refuse') await stopListening();
      changes.emit('mode');
    },
  };

  async function stopListening(): Promise<void> {
    hits += 1;
    const closed = once(server, 'close');
    server.close();
    reset();
    await closed;
  }

  async function listen(at: number): Promise<Server> {
    const listening = createServer({ allowHalfOpen: true }, take).listen(at, LOOPBACK);
    await once(listening, 'listening');
    return listening;
  }

  function take(client: Socket): void {
    track(client);
    if (mode.kind === 'answer') return answers.take(client);
    const upstream = track(connect({ port: target(), host: LOOPBACK, allowHalfOpen: true }));
    const closed = new AbortController();
    const destroy = () => [client, upstream].forEach((socket) => socket.resetAndDestroy());
    const link = createFaultLink(shape, { isKafka: speaks === 'kafka', reset: destroy, closed: closed.signal });
    for (const socket of [client, upstream]) socket.once('close', () => closed.abort());
    // Where either side has gone, to pass that on is all there is to do.
    Promise.all([pipeline(client, link.up, upstream), pipeline(upstream, link.down, client)]).catch(destroy);
  }

  function track(socket: Socket): Socket {
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
  }
}

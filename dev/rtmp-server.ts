import { createRequire } from 'node:module';

/**
 * The RTMP and HTTP-FLV server as a process of its own: `node rtmp-server.js '<configuration as JSON>'`. What is changed
 * about node-media-server 4.4.3 from outside:
 * - it holds the place of a publisher that left for 30 s, in which new players get its last pictures as if they were
 *   current and the others are never told; here the stream ends at once and its players with it, as in most servers;
 * - it mixes what a second publisher sends into the stream of the first, until the second one's socket is closed;
 * - it buffers without a limit for a player that does not read.
 */
const PLAYER_BACKLOG_BYTES = 32 * 1024 * 1024;
const BACKLOG_CHECK_MS = 1_000;

interface Output {
  writableLength: number;
  destroy(): void;
}

interface Session {
  broadcast: { publisher: Session | null; subscribers: Map<string, Session>; publishGraceMs: number };
  close(): void;
  /** Where an RTMP session writes. */
  socket?: Output;
  rtmp?: { onPacketCallback: (packet: unknown) => void };
  /** Where an HTTP-FLV session writes. */
  res?: Output;
}

interface MediaServer {
  on(event: 'postPublish' | 'donePublish' | 'postPlay' | 'donePlay', listener: (session: Session) => void): void;
  run(): Promise<void>;
  stop(): Promise<void>;
}

const NodeMediaServer = createRequire(import.meta.url)('node-media-server') as new (
  configuration: unknown,
) => MediaServer;
const server = new NodeMediaServer(JSON.parse(process.argv[2] ?? '{}'));
const players = new Set<Session>();

server.on('postPublish', (session) => {
  session.broadcast.publishGraceMs = 0;
  if (session.broadcast.publisher !== null) refuse(session);
});
server.on('donePublish', ({ broadcast }) => broadcast.subscribers.forEach((player) => player.close()));
server.on('postPlay', (session) => players.add(session));
server.on('donePlay', (session) => players.delete(session));
setInterval(() => players.forEach(dropSlowPlayer), BACKLOG_CHECK_MS).unref();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void server.stop().finally(() => process.exit()));
}
await server.run();

function refuse({ rtmp, socket }: Session): void {
  if (rtmp) rtmp.onPacketCallback = () => {};
  socket?.destroy();
}

function dropSlowPlayer({ socket, res }: Session): void {
  const output = socket ?? res;
  if (output !== undefined && output.writableLength > PLAYER_BACKLOG_BYTES) output.destroy();
}

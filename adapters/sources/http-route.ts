import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { fault, type Problem } from '../../contracts/errors.js';
import type { SourceRoute } from '../../contracts/source-route.js';
import { listenOnLoopback, routeFault, type RouteStart } from './route.js';
import { meantBy, toldOf, toldPlaylist } from './secure-names.js';

const PLAYLIST = '#EXTM3U';
/** A playlist is held as a whole; one that has no end is none. */
const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;
/** A player asks for its playlist again within this, mostly. */
const KEEP_ALIVE_MS = 60_000;
const FIRST_STATUS = 200;
const LAST_STATUS = 599;
const BAD_GATEWAY = 502;
/** They are between the player and its proxy. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade'];

/** A proxy for all requests of one player: playlists, segments, keys, and what each of them redirects to. */
export async function httpRoute(source: URL, { guard, tls }: RouteStart): Promise<SourceRoute> {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true, ...tls }),
  };
  let problem: Problem | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, pass);
  const address = await listenOnLoopback(server);
  return {
    url: toldOf(source).href,
    options: ['-http_proxy', `http://${address}`],
    fault: () => problem,
    close() {
      server.close();
      server.closeAllConnections();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };

  function pass(asked: IncomingMessage, reply: ServerResponse): void {
    const to = URL.canParse(asked.url ?? '') ? meantBy(new URL(asked.url ?? '')) : undefined;
    if (to?.protocol !== 'http:' && to?.protocol !== 'https:') {
      reply.writeHead(400).end();
      return;
    }
    try {
      guard.assert(to);
      ask(to, { asked, reply });
    } catch (error) {
      refuse(reply, error as Error);
    }
  }

  function ask(to: URL, { asked, reply }: { asked: IncomingMessage; reply: ServerResponse }): void {
    const { request } = to.protocol === 'https:' ? https : http;
    to.username = to.password = ''; // The player sends them in a header, once it is asked for them.
    const headers = { ...without(asked.headers, HOP_BY_HOP), host: to.host, 'accept-encoding': 'identity' };
    const agent = agents[to.protocol as keyof typeof agents];
    const asking = request(to, { method: asked.method, headers, agent, lookup: guard.lookup }, (answer) => {
      if (problem?.code === 'source-unreachable') problem = undefined;
      try {
        assertOfWeb(answer, to);
        hand(answer, { to, reply });
      } catch (error) {
        answer.destroy();
        refuse(reply, error as Error);
      }
    });
    asking.on('error', (error) => {
      // The source has closed a kept connection just before it was asked again: no failure of the source.
      if (asking.reusedSocket && !reply.headersSent && !reply.destroyed) ask(to, { asked, reply });
      else refuse(reply, error);
    });
    reply.on('close', () => asking.destroy());
    asking.end();
  }

  function refuse(reply: ServerResponse, error: Error): void {
    if (reply.destroyed) return; // The player has left, and with it its request.
    problem = routeFault(error);
    if (reply.headersSent) reply.destroy();
    else reply.writeHead(problem.code === 'source-unreachable' ? BAD_GATEWAY : 403).end();
  }
}

/** ffmpeg would not follow a redirect to another scheme either, but take it for a failure of its own. */
function assertOfWeb({ statusCode = 0, headers: { location = '' } }: IncomingMessage, from: URL): void {
  const isRedirect = statusCode >= 300 && statusCode < 400 && URL.canParse(location, from.href);
  if (!isRedirect || /^https?:$/.test(new URL(location, from).protocol)) return;
  throw fault('source-address-forbidden', `the source redirects to ${location}: expected an address of http or https`);
}

/** Streams are passed on as they come; a playlist is rewritten first. */
function hand(answer: IncomingMessage, { to, reply }: { to: URL; reply: ServerResponse }): void {
  const statusCode = statusOf(answer);
  const headers = without(answer.headers, HOP_BY_HOP);
  const { location } = headers;
  if (location !== undefined && URL.canParse(location, to.href)) headers.location = toldOf(new URL(location, to)).href;
  let isHanded = false;
  answer.once('close', () => {
    if (!isHanded) reply.destroy(); // The source has left before it said anything.
  });
  atBeginning(answer, (first) => {
    isHanded = true;
    if (first.subarray(0, PLAYLIST.length).toString('latin1') === PLAYLIST) {
      void handPlaylist(answer, { first, headers, reply });
      return;
    }
    // A stream without a length ends with its connection, and costs no frame around each of its pieces.
    if (headers['content-length'] === undefined) reply.useChunkedEncodingByDefault = reply.shouldKeepAlive = false;
    reply.writeHead(statusCode, without(headers, ['transfer-encoding']));
    if (first.length > 0) reply.write(first);
    pipeline(answer, reply, () => undefined);
  });
}

/** Gives the first bytes once they are enough to tell a playlist, however small the pieces are in which they come. */
function atBeginning(answer: IncomingMessage, tell: (first: Buffer) => void): void {
  let first: Buffer = Buffer.alloc(0);
  const look = (): void => {
    const piece = answer.read() as Buffer | null;
    if (piece) first = Buffer.concat([first, piece]);
    if (piece && first.length < PLAYLIST.length && PLAYLIST.startsWith(first.toString('latin1'))) return;
    answer.off('readable', look);
    tell(first);
  };
  answer.on('readable', look);
}

/** Some servers answer with numbers that are no status; passed on they would be an exception of ours. */
const statusOf = ({ statusCode = 0 }: IncomingMessage): number =>
  statusCode >= FIRST_STATUS && statusCode <= LAST_STATUS ? statusCode : BAD_GATEWAY;

async function handPlaylist(
  answer: IncomingMessage,
  { first, headers, reply }: { first: Buffer; headers: http.IncomingHttpHeaders; reply: ServerResponse },
): Promise<void> {
  const pieces = [first];
  let sizeBytes = first.length;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      pieces.push(piece);
      sizeBytes += piece.length;
      if (sizeBytes > MAX_PLAYLIST_BYTES) return void reply.destroy();
    }
  } catch {
    return void reply.destroy(); // as the source did
  }
  const body = Buffer.from(toldPlaylist(Buffer.concat(pieces).toString()));
  const kept = without(headers, ['content-length', 'content-range', 'transfer-encoding']);
  reply.writeHead(200, { ...kept, 'content-length': body.length }).end(body);
}

const without = (headers: http.IncomingHttpHeaders, names: readonly string[]): http.IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

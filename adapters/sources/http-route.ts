import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { createUnzip } from 'node:zlib';
import { fault, type Problem } from '../../contracts/errors.js';
import type { SourceRoute } from '../../contracts/source-route.js';
import { bareHost } from '../network/host-guard.js';
import { createCookieJar } from './cookie-jar.js';
import { createHttpNames } from './http-names.js';
import { createLogin, type Login } from './login.js';
import { listenOnLoopback, routeFault, type RouteStart } from './route.js';

const PLAYLIST = '#EXTM3U';
/** A playlist is held as a whole; one that has no end is none. */
const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;
/** A player asks for its playlist again within this, mostly. */
const KEEP_ALIVE_MS = 60_000;
const FIRST_STATUS = 200;
const LAST_STATUS = 599;
const BAD_GATEWAY = 502;
/** More than any source has; a playlist may name others without end. */
const MAX_LOGINS = 20;
/** They are between the player and its proxy. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'upgrade'];
/** The relay keeps them itself: ffmpeg does not know which server it speaks to. */
const OF_THE_SOURCE = ['set-cookie', 'www-authenticate'];

interface Exchange {
  asked: IncomingMessage;
  reply: ServerResponse;
  /** It was asked before, without a login. */
  isLoggingIn?: boolean;
}

/**
 * A proxy for all requests of one player: playlists, segments, keys, and what each of them redirects to. The player knows
 * sealed names alone, which lead nowhere but through it; logins and cookies are its own affair.
 */
export async function httpRoute(source: URL, { guard, tls }: RouteStart): Promise<SourceRoute> {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true, ...tls }),
  };
  const names = createHttpNames(source);
  const cookies = createCookieJar();
  const logins = new Map<string, Login | undefined>();
  let problem: Problem | undefined;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, pass);
  const address = await listenOnLoopback(server);
  return {
    url: names.toldOf(source),
    options: ['-http_proxy', `http://${address}`],
    named: (text) => names.named(text),
    fault: () => problem,
    close() {
      server.close();
      server.closeAllConnections();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };

  function pass(asked: IncomingMessage, reply: ServerResponse): void {
    const to = names.meantBy(asked.url ?? '');
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

  function ask(to: URL, exchange: Exchange): void {
    const { asked, reply, isLoggingIn = false } = exchange;
    const { request } = to.protocol === 'https:' ? https : http;
    const [method, login, cookie] = [asked.method ?? 'GET', loginAt(to), cookies.cookiesFor(to)];
    const authorization = login?.answer({ method, uri: to.pathname + to.search });
    const headers = {
      ...without(asked.headers, [...HOP_BY_HOP, 'cookie']),
      ...(cookie === undefined ? {} : { cookie }),
      ...(authorization === undefined ? {} : { authorization }),
      host: to.host,
      'accept-encoding': 'identity',
    };
    const agent = agents[to.protocol as keyof typeof agents];
    const asking = request({ ...addressOf(to), method, headers, agent, lookup: guard.lookup }, (answer) => {
      if (problem?.code === 'source-unreachable') problem = undefined;
      cookies.keep(to, answer.headers['set-cookie'] ?? []);
      const { 'www-authenticate': challenges = [] } = answer.headersDistinct;
      if (answer.statusCode === 401 && !isLoggingIn && login?.isAnswering(challenges)) {
        answer.resume();
        ask(to, { ...exchange, isLoggingIn: true });
        return;
      }
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
      if (asking.reusedSocket && !reply.headersSent && !reply.destroyed) ask(to, exchange);
      else refuse(reply, error);
    });
    reply.on('close', () => asking.destroy());
    asking.end();
  }

  /** What a playlist names relative to itself has the login of the playlist. */
  function loginAt(to: URL): Login | undefined {
    const account = [to.origin, to.username, to.password].join('\n');
    if (!logins.has(account)) {
      if (logins.size >= MAX_LOGINS) logins.clear();
      logins.set(account, createLogin(to));
    }
    return logins.get(account);
  }

  /** Streams are passed on as they come; a playlist is rewritten first. */
  function hand(answer: IncomingMessage, { to, reply }: { to: URL; reply: ServerResponse }): void {
    const statusCode = statusOf(answer);
    const { body, headers } = unzipped(answer);
    const { location } = headers;
    if (location !== undefined && URL.canParse(location, to.href))
      headers.location = names.toldOf(new URL(location, to));
    let isHanded = false;
    body.once('close', () => {
      if (!isHanded) reply.destroy(); // The source has left before it said anything.
    });
    body.once('end', () => {
      if (!isHanded) reply.writeHead(statusCode, headers).end();
      isHanded = true;
    });
    body.on('readable', function begin() {
      const first = body.read(PLAYLIST.length) as Buffer | null;
      if (first === null) return; // not so much of it yet
      body.off('readable', begin);
      isHanded = true;
      if (first.toString('latin1') === PLAYLIST) {
        void handPlaylist(body, { first, headers, reply, rewrite: (text) => names.toldPlaylist(text, to) });
        return;
      }
      // A stream without a length ends with its connection, and costs no frame around each of its pieces.
      if (headers['content-length'] === undefined) reply.useChunkedEncodingByDefault = reply.shouldKeepAlive = false;
      reply.writeHead(statusCode, without(headers, ['transfer-encoding']));
      reply.write(first);
      pipeline(body, reply, () => undefined);
    });
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

/** Some servers answer with numbers that are no status; passed on they would be an exception of ours. */
const statusOf = ({ statusCode = 0 }: IncomingMessage): number =>
  statusCode >= FIRST_STATUS && statusCode <= LAST_STATUS ? statusCode : BAD_GATEWAY;

interface Handing {
  first: Buffer;
  headers: http.IncomingHttpHeaders;
  reply: ServerResponse;
  rewrite(text: string): Promise<string>;
}

async function handPlaylist(answer: Readable, { first, headers, reply, rewrite }: Handing): Promise<void> {
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
  const body = Buffer.from(await rewrite(Buffer.concat(pieces).toString()));
  const kept = without(headers, ['content-length', 'content-range', 'transfer-encoding']);
  reply.writeHead(200, { ...kept, 'content-length': body.length }).end(body);
}

/** Some servers compress what they were asked not to, and a playlist has to be read. */
function unzipped(answer: IncomingMessage): { body: Readable; headers: http.IncomingHttpHeaders } {
  const headers = without(answer.headers, [...HOP_BY_HOP, ...OF_THE_SOURCE]);
  if (!/^(?:x-)?gzip$|^deflate$/i.test(headers['content-encoding'] ?? '')) return { body: answer, headers };
  return {
    body: pipeline(answer, createUnzip(), () => undefined),
    headers: without(headers, ['content-encoding', 'content-length']),
  };
}

/** Without the login, which is answered when it is asked for. */
const addressOf = ({ protocol, hostname, port, pathname, search }: URL): http.RequestOptions => ({
  protocol,
  hostname: bareHost(hostname),
  port,
  path: pathname + search,
});

const without = (headers: http.IncomingHttpHeaders, names: readonly string[]): http.IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));

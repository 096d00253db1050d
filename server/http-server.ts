import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { fault } from '../contracts/errors.js';
import { redact } from '../contracts/redact.js';
import { answerTo } from './http-status.js';
import { bearerOf } from './bearer.js';
import { addCodecRoutes, type CodecRoutes } from './codec-routes.js';
import type { Hooks } from './hooks.js';

export interface HttpServerOptions {
  hooks: Hooks;
  codec?: CodecRoutes;
  /** By name; with none, everybody who reaches the address may use it. */
  tokens: Readonly<Record<string, string>>;
  onProblem(error: unknown): void;
}

/** A notification of a thousand objects is smaller. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
const REQUEST_WITHIN_MS = 30_000;

/** A page of the web may have any name lead here, but not this one: whoever needs no token must come from this machine. */
const OWN_NAME = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** The HTTP interface; nothing listens before `listen`. */
export function createHttpServer({ hooks, codec, tokens, onProblem }: HttpServerOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: 'idle',
  });
  const isOpen = Object.keys(tokens).length === 0;
  server.addHook('onRequest', async ({ headers, url, method }) => {
    if (isOpen && !OWN_NAME.test(headers.host ?? ''))
      throw fault(
        'host-forbidden',
        `expected a name of this machine alone while there are no REELAY_API_TOKENS, got ${headers.host}`,
      );
    if (isOpen || url === '/health' || method === 'OPTIONS' || bearerOf(headers.authorization, tokens) !== undefined)
      return;
    throw fault('token-missing', 'expected one of REELAY_API_TOKENS as a bearer');
  });
  server.setErrorHandler((error: FastifyError, _, reply) => {
    const { status, problem } = answerTo(error);
    const own = problem ? status : (error.statusCode ?? status);
    if (own >= 500) onProblem(error);
    const shown = problem ?? {
      message: own < 500 ? redact(error.message) : 'something went wrong; the log of the server tells',
    };
    return reply.status(own).send({ error: shown });
  });
  server.get('/health', () => ({ status: 'ok' }));
  server.post('/hooks/objects', ({ body }) => hooks.objects(body));
  server.post('/hooks/play', ({ body }) => hooks.play(body));
  if (codec) addCodecRoutes(server, codec);
  return server;
}

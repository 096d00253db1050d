import { Agent, createServer, request as forwardRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Shape } from './fault-mode.js';
import { LOOPBACK } from './ports.js';

/** Takes connections that speak HTTP and answers their requests in place of the target, as long as the mode says so. */
export function createAnswers(shape: Shape, target: () => number): { take(client: Socket): void } {
  const agent = new Agent({ keepAlive: false });
  const answered = new WeakMap<object, number>();
  const server = createServer((request, response) => {
    const mode = shape.mode();
    const before = answered.get(mode) ?? 0;
    if (mode.kind !== 'answer' || before >= (mode.requests ?? Infinity)) return forward(request, response);
    answered.set(mode, before + 1);
    shape.hit();
    request.resume().once('end', () => {
      response.writeHead(mode.status, { 'content-type': 'application/xml' }).end(errorBody(mode.code));
    });
  });
  return { take: (client) => void server.emit('connection', client) };

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url: path, headers } = request;
    const onward = forwardRequest({ agent, host: LOOPBACK, port: target(), method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response).catch(() => response.destroy()); // a broken answer stays a broken answer
    });
    pipeline(request, onward).catch(() => response.destroy()); // and so does a target that is not there
    onward.on('error', () => response.destroy());
  }
}

export const errorBody = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;

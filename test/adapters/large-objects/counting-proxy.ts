import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  endpoint: string;
  /** Method and address of each request, in order. */
  requests: string[];
  /** What is answered instead of the server, where it answers anything. */
  answerWith(answer: ((request: http.IncomingMessage) => number | undefined) | undefined): void;
  close(): Promise<void>;
}

/** Passes HTTP requests on as they are, and notes them. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  const requests: string[] = [];
  let answer: ((request: http.IncomingMessage) => number | undefined) | undefined;
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const status = answer?.(request);
    if (status !== undefined) {
      request.resume().once('end', () => response.writeHead(status).end());
      return;
    }
    const { method, url: path, headers } = request;
    const passed = http.request({ hostname, port, method, path, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('error', () => passed.destroy());
    request.on('close', () => request.complete || passed.destroy());
    request.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answerWith(next) {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

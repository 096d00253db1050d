import { once, type EventEmitter } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingProxy {
  endpoint: string;
  /** Method and address of each request, in order. */
  requests: string[];
  /** What is answered instead of the server, where it answers anything. */
  answerWith(answer: ((request: http.IncomingMessage) => number | undefined) | undefined): void;
  /** Waits until all connections are closed: whatever clients have sent before is noted and over by then. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const LAST = '/last-of-all';

/** Passes HTTP requests on as they are, and notes them. */
export async function countingProxy(target: string): Promise<CountingProxy> {
  const requests: string[] = [];
  const open = new Set<EventEmitter>();
  let answer: ((request: http.IncomingMessage) => number | undefined) | undefined;
  const { hostname, port } = new URL(target);
  const server = http.createServer((request, response) => {
    if (request.url === LAST) return void response.setHeader('connection', 'close').end();
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
    track(passed);
    passed.on('error', () => response.destroy());
    response.on('error', () => passed.destroy());
    request.on('close', () => request.complete || passed.destroy());
    request.pipe(passed);
  });
  server.on('connection', track);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    requests,
    answerWith(next) {
      answer = next;
    },
    async idle() {
      // Connections are accepted in their order: with the last one all are known that were opened before.
      const [response] = (await once(http.get(endpoint + LAST), 'response')) as [http.IncomingMessage];
      response.resume();
      for (const each of open) await new Promise((resolve) => each.once('close', resolve));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function track(each: EventEmitter): void {
    open.add(each);
    each.once('close', () => open.delete(each));
  }
}

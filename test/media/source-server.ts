import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on loopback for a suite; `answer` may be set anew by each test. */
export function useSourceServer(): { url(path?: string): string; answer: RequestListener } {
  const suite = {
    answer: ((_, response) => response.end()) as RequestListener,
    url: (path = '/') => `${origin}${path}`,
  };
  const server = createServer((request, response) => {
    suite.answer(request, response);
  });
  let origin = '';
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return suite;
}

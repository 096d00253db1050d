import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A server of a test, and the paths that it was asked for. */
export interface Served {
  port: number;
  asked: string[];
  answer: RequestListener;
}

/** Servers that end with the suite. */
export function useServers(): (options: { host: string; key?: string; cert?: string }) => Promise<Served> {
  const servers: Server[] = [];
  after(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });
  return async ({ host, ...tls }) => {
    const served: Served = { port: 0, asked: [], answer: (_, response) => response.end() };
    const pass: RequestListener = (request, response) => {
      served.asked.push(request.url ?? '');
      served.answer(request, response);
    };
    const server = tls.key === undefined ? createServer(pass) : createSecureServer(tls, pass);
    servers.push(server);
    server.listen(0, host);
    await once(server, 'listening');
    served.port = (server.address() as AddressInfo).port;
    return served;
  };
}

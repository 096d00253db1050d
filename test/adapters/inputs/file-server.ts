import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export const serving = async (answer: http.RequestListener) => {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** A server of files; one without ranges answers the whole of them. */
export async function fileServer({ hasRanges = true, hasLengths = true, hasTags = true } = {}) {
  const files = new Map<string, Buffer>();
  const server = await serving((request, response) => {
    const body = files.get(request.url ?? '');
    if (!body) return void response.writeHead(404).end();
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec((hasRanges && request.headers.range) || '') ?? [];
    const isStale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
    const tag = hasTags ? { etag } : { 'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT' };
    const total = body.length;
    if (from === undefined || isStale) {
      response.writeHead(200, { ...tag, ...(hasLengths ? { 'content-length': total } : {}) });
      response.write(body.subarray(0, 1));
      return void response.end(body.subarray(1));
    }
    if (Number(from) >= total) return void response.writeHead(416, { 'content-range': `bytes */${total}` }).end();
    const end = to ? Math.min(Number(to), total - 1) : total - 1;
    const headers = {
      ...tag,
      'content-range': `bytes ${from}-${end}/${total}`,
      'content-length': end + 1 - Number(from),
    };
    response.writeHead(206, headers).end(body.subarray(Number(from), end + 1));
  });
  const put = async (name: string, bytes: Uint8Array): Promise<string> => {
    const url = new URL(name.split('/').map(encodeURIComponent).join('/'), `${server.origin}/`);
    files.set(url.pathname, Buffer.from(bytes));
    return url.href;
  };
  return { ...server, put };
}

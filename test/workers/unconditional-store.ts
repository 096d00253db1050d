import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Access } from '../../dev/bucket.js';

/**
 * A server before a real store that knows no conditions: what is put through it is put whatever is there, and answered as if
 * it had been the first. What signs a request signs its headers too, so it signs each anew.
 */
export async function startUnconditionalStore({ endpoint, region, ...credentials }: S3Access) {
  const behind = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const server: Server = createServer((request, response) => {
    pass(behind, { request, response }).catch(() => response.writeHead(404).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      behind.destroy();
    },
  };
}

async function pass(
  behind: S3Client,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://front');
  const [, Bucket = '', ...key] = decodeURIComponent(pathname).split('/');
  const at = { Bucket, Key: key.join('/') };
  if (request.method === 'PUT') {
    await behind.send(new PutObjectCommand({ ...at, Body: await buffer(request) }));
    return void response.writeHead(200, { etag: '"front"' }).end();
  }
  const { Body } = await behind.send(new GetObjectCommand(at));
  response.end(await Body?.transformToByteArray());
}

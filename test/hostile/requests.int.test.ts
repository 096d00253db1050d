import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { ErrorCode } from '../../contracts/errors.js';
import { manifestKey } from '../../contracts/keys.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { readManifest } from '../../records/read-manifest.js';
import { payloadCodec } from '../../runtime/payload-codec.js';
import { createHooks } from '../../server/hooks.js';
import { createHttpServer } from '../../server/http-server.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { reelayOf } from '../harness/reelay-of.js';
import { useCanary, useMemoryCheck, withinLimits } from './limits.js';
import { REQUESTS } from './request-rows.js';

const TOKEN = 'TOKEN';
const TRIGGERS = [parseTrigger({ name: 'up', bucket: 'media', prefix: 'in/', profile: 'audio' })];
/** What is told of a failure, head included. */
const MOST_TOLD_BYTES = 4096;

interface Answered {
  status: number;
  code?: ErrorCode;
  bytes: number;
}

describe('a hostile request', () => {
  useCanary();
  useMemoryCheck();
  const server = createHttpServer({
    // Nothing is started by any of them, so that no Temporal is asked.
    hooks: createHooks({ reelay: reelayOf({}), triggers: TRIGGERS }),
    codec: { codec: payloadCodec({ payloadKeys: { a: randomBytes(32) }, payloadKey: 'a' }) },
    tokens: { a: TOKEN },
    onProblem: () => undefined,
  });
  let port: number;
  before(async () => {
    port = Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port);
  });
  after(() => server.close());

  async function send(request: Buffer): Promise<Answered> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined); // the server hangs up on what it does not read to its end
    socket.write(request);
    const pieces: Buffer[] = [];
    for await (const piece of socket) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(text) ?? [];
    const [, code] = /"code":"([a-z-]+)"/.exec(text) ?? [];
    return { status: Number(status), bytes: text.length, ...(code ? { code: code as ErrorCode } : {}) };
  }

  for (const { name, request, status, code } of REQUESTS)
    it(`with ${name} is answered with ${status}${code ? `: ${code}` : ''}`, async () => {
      const answered = await withinLimits(() => send(request));
      assert.equal(answered.status, status);
      if (status !== 200) assert.equal(answered.code, code);
      if (status !== 200) assert.ok(answered.bytes < MOST_TOLD_BYTES, `${answered.bytes} bytes`);
    });

  it('does not keep an ordinary one from being answered', async () => {
    const body = '{"Records":[]}';
    const request = `POST /hooks/objects HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
    assert.equal((await send(Buffer.from(request))).status, 200);
  });
});

describe('a hostile manifest', () => {
  const folder = useTempFolder();
  useMemoryCheck();

  const MANIFESTS: [name: string, bytes: () => Buffer][] = [
    ['larger than any', () => Buffer.alloc(65 * 2 ** 20, ' ')],
    ['of lists in lists', () => Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))],
    ['cut in half', () => Buffer.from('{"version":1,"tenant":')],
    ['of another version', () => Buffer.from('{"version":2}')],
    ['that is no UTF-8', () => Buffer.from('{"version":1,"tenant":"\xff"}', 'latin1')],
  ];
  for (const [name, bytes] of MANIFESTS)
    it(`${name} is none`, async () => {
      const store = fileObjectStore({ folder: join(folder(), 'store') });
      await store.put(manifestKey('a/b'), bytes(), { contentType: 'application/json' });
      assert.equal(await withinLimits(() => readManifest(store, 'a/b')), undefined);
      await store.close();
    });
});

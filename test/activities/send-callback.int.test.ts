import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { openHttpPost } from '../../adapters/callbacks/http-post.js';
import { PRIVATE_NETWORKS } from '../../adapters/network/networks.js';
import { createSendCallback } from '../../activities/send-callback.js';
import { problemOf } from '../../contracts/errors.js';
import type { CallbackInput } from '../../contracts/transcode-work.js';

const EVENT: CallbackInput['event'] = {
  ...{ tenant: 'acme', taskId: 't1', runId: 'r1', sequence: 3, atMs: 1_700_000_000_000, profile: 'audio' },
  ...{ labels: { a: 'b' }, phase: 'publish', percent: 100 },
};

describe('a callback', () => {
  let server: Server;
  let url: string;
  let status: number;
  let got: { headers: IncomingHttpHeaders; body: string }[];
  beforeEach(async () => {
    [status, got] = [204, []];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        got.push({ headers: request.headers, body });
        response.writeHead(status, status === 302 ? { location: `${url}/elsewhere` } : {}).end('ignored');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const send = createSendCallback({
    secrets: { main: 'key' },
    post: openHttpPost({ allowNetworks: PRIVATE_NETWORKS }),
  });
  const call = (secret?: string): Promise<void> =>
    send({ callback: { url, ...(secret === undefined ? {} : { secret }) }, kind: 'succeeded', event: EVENT });
  const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => problemOf(error)?.code,
    );

  it('is the event as CloudEvents, signed over its time and its very bytes', async () => {
    await call('main');
    const { headers, body } = got[0]!;
    const [, seconds = '', hash] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['reelay-signature'])) ?? [];
    assert.equal(hash, createHmac('sha256', 'key').update(`${seconds}.${body}`).digest('hex'));
    assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 60);
    assert.match(String(headers['content-type']), /^application\/cloudevents\+json/);
    const { data, ...attributes } = JSON.parse(body) as { data: unknown };
    assert.deepEqual(data, EVENT);
    assert.deepEqual(attributes, {
      ...{ specversion: '1.0', datacontenttype: 'application/json', id: 'acme/t1/r1/3', source: '/reelay/acme' },
      ...{ type: 'dev.reelay.transcode.succeeded.v1', subject: 't1', time: '2023-11-14T22:13:20.000Z' },
    });
  });

  it('is not signed where no secret is asked for, and not sent where none of that name is there', async () => {
    await call();
    assert.equal(got[0]?.headers['reelay-signature'], undefined);
    for (const name of ['other', 'constructor']) assert.equal(await codeOf(call(name)), 'callback-refused');
    assert.equal(got.length, 1);
  });

  const answers: [number, string | undefined][] = [
    [200, undefined],
    [302, 'callback-refused'],
    [400, 'callback-refused'],
    [410, 'callback-refused'],
    [408, 'callback-unreachable'],
    [429, 'callback-unreachable'],
    [500, 'callback-unreachable'],
    [503, 'callback-unreachable'],
  ];
  for (const [answer, code] of answers)
    it(`that is answered with ${answer} ${code ? `fails with ${code}` : 'is over'}, after one try`, async () => {
      status = answer;
      assert.deepEqual(await codeOf(call()), code);
      assert.equal(got.length, 1);
    });

  it('may be tried again where nobody listens', async () => {
    const gone = { url: 'http://127.0.0.1:1/', secret: 'main' };
    assert.equal(await codeOf(send({ callback: gone, kind: 'failed', event: EVENT })), 'callback-unreachable');
  });

  it('is not sent inside the network, by an address or by a name that leads there', async () => {
    const guarded = createSendCallback({ secrets: {}, post: openHttpPost({ allowNetworks: [] }) });
    for (const inside of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]) {
      const forbidden = guarded({ callback: { url: inside }, kind: 'failed', event: EVENT });
      assert.equal(await codeOf(forbidden), 'callback-refused', inside);
      assert.equal(got.length, 0, inside);
    }
  });

  it('does not wait for the end of what it is answered', async () => {
    server.removeAllListeners('request');
    server.on('request', (_request, response) => response.writeHead(200).write('for ever'));
    await call();
  });
});

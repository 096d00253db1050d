import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { payloadCodec } from '../../runtime/payload-codec.js';
import { createHttpServer } from '../../server/http-server.js';

const ORIGIN = 'https://temporal.example.org';
const PLAIN = {
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from('"canary"').toString('base64'),
};
const codec = payloadCodec({ payloadKeys: { a: randomBytes(32) }, payloadKey: 'a' });
const hooks = { objects: () => assert.fail(), play: () => assert.fail() };

describe('the codec endpoint', () => {
  const server = createHttpServer({ hooks, codec: { codec, origin: ORIGIN }, tokens: { a: 'word' }, onProblem() {} });
  after(() => server.close());

  const post = (url: string, payload: object, authorization = 'Bearer word') =>
    server.inject({ method: 'POST', url, payload, headers: { authorization } });
  const encoded = async () => (await post('/codec/encode', { payloads: [PLAIN] })).json<{ payloads: object[] }>();

  it('encrypts', async () => {
    assert.equal(JSON.stringify(await encoded()).includes(PLAIN.data), false);
  });

  it('decrypts what it has encrypted', async () => {
    assert.deepEqual((await post('/codec/decode', await encoded())).json(), { payloads: [PLAIN] });
  });

  it('decrypts for nobody without a token', async () => {
    assert.equal((await post('/codec/decode', await encoded(), '')).statusCode, 401);
  });

  it('lets pages of the configured origin read its answers', async () => {
    const { headers } = await post('/codec/decode', { payloads: [] });
    assert.equal(headers['access-control-allow-origin'], ORIGIN);
  });

  it('answers a browser that asks beforehand, without a token', async () => {
    assert.equal((await server.inject({ method: 'OPTIONS', url: '/codec/decode' })).statusCode, 204);
  });

  it('lets no page read its answers where no origin is configured', async () => {
    const closed = createHttpServer({ hooks, codec: { codec }, tokens: { a: 'word' }, onProblem() {} });
    const headers = { authorization: 'Bearer word', origin: ORIGIN };
    const answer = await closed.inject({ method: 'POST', url: '/codec/decode', payload: { payloads: [] }, headers });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    await closed.close();
  });

  for (const body of [{}, { payloads: {} }, { payloads: [{ data: '*' }] }, { payloads: [{ metadata: { a: 1 } }] }])
    it(`refuses ${JSON.stringify(body)}`, async () => {
      const answer = await post('/codec/decode', body);
      assert.equal(answer.statusCode, 400);
      assert.equal(answer.json<{ error: { code: string } }>().error.code, 'request-invalid');
    });
});

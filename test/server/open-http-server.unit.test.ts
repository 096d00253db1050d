import assert from 'node:assert/strict';
import type { Hooks } from '../../server/hooks.js';
import { createHttpServer } from '../../server/http-server.js';

const hooks = { objects: async () => ({ started: [] }), play: async () => ({}) } as unknown as Hooks;

async function statusFor(host: string, { tokens = {} }: { tokens?: Record<string, string> } = {}): Promise<number> {
  const server = createHttpServer({ hooks, tokens, onProblem: () => undefined });
  const headers = { host, authorization: 'Bearer t', 'content-type': 'application/json' };
  const { statusCode } = await server.inject({ method: 'POST', url: '/hooks/objects', headers, body: '{}' });
  await server.close();
  return statusCode;
}

describe('the HTTP interface without tokens', () => {
  const cases: [host: string, status: number][] = [
    ['localhost:8300', 200],
    ['127.0.0.1:8300', 200],
    ['[::1]:8300', 200],
    ['evil.example:8300', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
  ];
  for (const [host, status] of cases)
    it(`answers ${status} to requests for ${host}`, async () => assert.equal(await statusFor(host), status));

  it('lets a token speak for any name', async () =>
    assert.equal(await statusFor('reelay.example', { tokens: { one: 't' } }), 200));
});

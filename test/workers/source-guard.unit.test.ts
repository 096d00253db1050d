import assert from 'node:assert/strict';
import { guardHosts, type Resolve } from '../../adapters/network/host-guard.js';
import type { ErrorCode } from '../../contracts/errors.js';
import { createSourceGuard } from '../../workers/source-guard.js';
import { failingWith } from '../port-suites/failing-with.js';

const NAMES: Record<string, string> = { 'open.example': '8.8.8.8', 'inner.example': '10.0.0.1' };
const resolve: Resolve = (hostname, _, answer) => {
  const address = NAMES[hostname] ?? (/^[\d.]+$/.test(hostname) ? hostname : undefined);
  if (address === undefined) answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
  else answer(null, [{ address, family: 4 }]);
};
const guardOf = (allowNetworks: string[] = []) =>
  createSourceGuard({
    guard: guardHosts({ allowNetworks, code: 'source-address-forbidden', setting: 'X', resolve }),
    allowFile: false,
  });

describe('the first look at a source', () => {
  for (const url of ['rtmp://open.example/live/x', 'rtmp://8.8.8.8/live/x', 'https://open.example/x.m3u8'])
    it(`passes ${url}`, () => guardOf()(url));

  it('passes a name that leads nowhere: who connects will say so', () => guardOf()('rtmp://gone.example/live/x'));

  it('passes a network that is allowed', () => guardOf(['10.0.0.0/8'])('rtmp://inner.example/live/x'));

  for (const [url, code] of [
    ['rtmp://inner.example/live/x', 'source-address-forbidden'],
    ['rtsp://10.0.0.1/live/x', 'source-address-forbidden'],
    ['http://169.254.169.254/latest', 'source-address-forbidden'],
    ['file:///etc/passwd', 'source-scheme-unsupported'],
  ] satisfies [string, ErrorCode][]) {
    it(`refuses ${url}`, () => assert.rejects(guardOf()(url), failingWith(code)));
  }

  it('does not tell what a name stands for', () =>
    assert.rejects(guardOf()('rtmp://inner.example/live/x'), (error: Error) => !error.message.includes('10.0.0.1')));
});

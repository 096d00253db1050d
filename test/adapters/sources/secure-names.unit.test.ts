import assert from 'node:assert/strict';
import { meantBy, toldOf, toldPlaylist } from '../../../adapters/sources/secure-names.js';

const NAMES: [meant: string, told: string][] = [
  ['http://cdn.example/a/x.m3u8?t=1', 'http://cdn.example/a/x.m3u8?t=1'],
  ['https://cdn.example/a/x.m3u8?t=1', 'http://cdn.example.tls.invalid:443/a/x.m3u8?t=1'],
  ['https://cdn.example:8443/x', 'http://cdn.example.tls.invalid:8443/x'],
  ['https://ann:pw@cdn.example/x', 'http://ann:pw@cdn.example.tls.invalid:443/x'],
  ['https://192.0.2.1/x', 'http://192.0.2.1.tls.invalid:443/x'],
  ['https://[2606:4700::1111]/x', 'http://2606-4700--1111.v6.tls.invalid:443/x'],
];

describe('the name of a source', () => {
  for (const [meant, told] of NAMES) {
    it(`${meant} is told to ffmpeg without TLS`, () => assert.equal(toldOf(new URL(meant)).href, told));
    it(`${meant} is known again`, () => assert.equal(meantBy(new URL(told)).href, meant));
  }

  it('that ffmpeg makes of a relative one keeps its meaning', () => {
    const told = new URL('/keys/1', toldOf(new URL('https://cdn.example:8443/live/x.m3u8')));
    assert.equal(meantBy(told).href, 'https://cdn.example:8443/keys/1');
  });

  it('is rewritten wherever it stands in a playlist', () => {
    const playlist =
      '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="https://k.example/1"\nhttps://c.example:8443/s.ts\ns2.ts\n';
    assert.equal(
      toldPlaylist(playlist),
      '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://k.example.tls.invalid:443/1"\nhttp://c.example.tls.invalid:8443/s.ts\ns2.ts\n',
    );
  });
});

import assert from 'node:assert/strict';
import { createCookieJar } from '../../../adapters/sources/cookie-jar.js';

const FROM = 'https://www.cdn.example/live/x.m3u8';

function sentTo(to: string, ...cookies: string[]): string | undefined {
  const jar = createCookieJar();
  jar.keep(new URL(FROM), cookies);
  return jar.cookiesFor(new URL(to));
}

describe('the cookies of a source', () => {
  for (const [what, cookie, to, sent] of [
    ['go back to where they are from', 'a=1', FROM, 'a=1'],
    ['go to what lies beside', 'a=1', 'https://www.cdn.example/live/s.ts', 'a=1'],
    ['go below a path alone', 'a=1; Path=/live', 'https://www.cdn.example/live2', undefined],
    ['go to all paths where they say so', 'a=1; path=/', 'https://www.cdn.example/other', 'a=1'],
    ['go to no other name', 'a=1; path=/', 'https://cdn.example/', undefined],
    [
      'go to all names of a domain where they say so',
      'a=1; Domain=.cdn.example; path=/',
      'https://s.cdn.example/',
      'a=1',
    ],
    ['go to no domain but their own', 'a=1; domain=other.example; path=/', 'https://other.example/', undefined],
    [
      'go to no name that only ends like theirs',
      'a=1; domain=cdn.example; path=/',
      'https://evilcdn.example/',
      undefined,
    ],
    ['go over TLS alone where they say so', 'a=1; Secure; path=/', 'http://www.cdn.example/', undefined],
    ['may hold what looks like a pair', 'a=b=c; path=/', FROM, 'a=b=c'],
    ['are none without a name', 'word', FROM, undefined],
  ] as const)
    it(what, () => assert.equal(sentTo(to, cookie), sent));

  it('replace one another by name', () => assert.equal(sentTo(FROM, 'a=1', 'b=2', 'a=3'), 'b=2; a=3'));

  for (const over of ['Max-Age=0', 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'])
    it(`are taken back by ${over}`, () => assert.equal(sentTo(FROM, 'a=1', `a=; ${over}`), undefined));

  it('are not kept without end', () => {
    const many = Array.from({ length: 100 }, (_, index) => `c${index}=1`);
    assert.equal(sentTo(FROM, ...many)?.split('; ').length, 50);
  });
});

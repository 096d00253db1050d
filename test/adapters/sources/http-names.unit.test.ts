import assert from 'node:assert/strict';
import { createHttpNames } from '../../../adapters/sources/http-names.js';

const SOURCE = new URL('https://ann:pw@cdn.example/live/key-7f3a/index.m3u8?token=secret');

describe('what ffmpeg is told of a source over HTTP', () => {
  const names = createHttpNames(SOURCE);
  const toldOf = (address: URL): string => names.toldOf(address);
  const meantBy = (told: string): URL | undefined => names.meantBy(told);

  for (const word of ['cdn', 'ann', 'pw@', 'live/', 'key-7f3a', 'index', 'secret', 'https'])
    it(`has nothing of ${word}`, () => assert.equal(toldOf(SOURCE).includes(word), false));

  for (const [address, ending] of [
    ['http://h/x.m3u8?t=1', '.m3u8'],
    ['http://h/x.ts', '.ts'],
    ['http://h/x.TS', '.TS'],
    ['http://h/x.s3cret', ''],
    ['http://h/x?file=.ts', ''],
    ['http://h/', ''],
  ] as const) {
    it(`is known again: ${address}`, () => assert.equal(meantBy(toldOf(new URL(address)))?.href, address));
    it(`ends as a player expects it: ${address}`, () => {
      assert.match(
        toldOf(new URL(address)),
        new RegExp(`^http://[0-9a-f]{4}\\.source\\.invalid/[\\w-]+${ending.replace('.', '\\.')}$`),
      );
    });
  }

  it('is one name for one address, so that a key is not fetched again with each playlist', () => {
    assert.equal(toldOf(SOURCE), toldOf(new URL(SOURCE)));
  });

  for (const told of [
    'http://10.0.0.1/x',
    'http://aaaa.source.invalid/',
    'http://aaaa.source.invalid/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '/x.ts',
    '',
  ])
    it(`leads nowhere where it was never told: ${told}`, () => assert.equal(meantBy(told), undefined));

  it('leads nowhere where another source was told it', () => {
    assert.equal(meantBy(createHttpNames(SOURCE).toldOf(SOURCE)), undefined);
  });

  it('is what was meant once it is shown', () => {
    assert.equal(names.named(`${toldOf(SOURCE)}: Server returned 404`), `${SOURCE.href}: Server returned 404`);
  });

  describe('in a playlist', () => {
    const rewritten = async (text: string): Promise<string> => names.named(await names.toldPlaylist(text, SOURCE));
    const base = 'https://ann:pw@cdn.example/live/key-7f3a/';

    for (const [what, playlist, meant] of [
      ['a relative name', '#EXTINF:2,\ns.ts\n', `#EXTINF:2,\n${base}s.ts\n`],
      ['a name from the root', '/s.ts\n', 'https://ann:pw@cdn.example/s.ts\n'],
      ['another server', 'http://c.example:8080/s.ts?x=1\r\n', 'http://c.example:8080/s.ts?x=1\r\n'],
      ['an address without a scheme', '//c.example/s.ts', 'https://c.example/s.ts'],
      ['a key', '#EXT-X-KEY:METHOD=AES-128,URI="k"\n', `#EXT-X-KEY:METHOD=AES-128,URI="${base}k"\n`],
      ['a key without quotes', '#EXT-X-KEY:URI=k,METHOD=AES-128\n', `#EXT-X-KEY:URI="${base}k",METHOD=AES-128\n`],
      ['a head', '#EXT-X-MAP:URI="a.mp4",BYTERANGE="9@0"\n', `#EXT-X-MAP:URI="${base}a.mp4",BYTERANGE="9@0"\n`],
      ['an old end of lines', 'a.ts\rb.ts\0c.ts', `${base}a.ts\r${base}b.ts\0${base}c.ts`],
      ['tags and comments', '#EXTM3U\n#EXT-X-VERSION:3\n# URI="x"\n\n', '#EXTM3U\n#EXT-X-VERSION:3\n# URI="x"\n\n'],
      ['another scheme, which the relay refuses', 'file:///etc/passwd\n', 'file:///etc/passwd\n'],
    ] as const) {
      it(`is told for ${what}`, async () => assert.equal(await rewritten(playlist), meant));
    }

    it('is told for ever new names, and for those that were named long ago', async () => {
      const first = await names.toldPlaylist('s0.ts', SOURCE);
      const many = Array.from({ length: 12_000 }, (_, index) => `s${index}.ts`).join('\n');
      assert.equal(await rewritten(many), many.replaceAll(/^/gm, base));
      assert.equal(await names.toldPlaylist('s0.ts', SOURCE), first);
    });

    it('is told for all that is named there', async () => {
      const playlist = 'a.ts\nhttp://c.example/s.ts\nfile:///etc/passwd\nhttp://[\n#EXT-X-KEY:URI="tcp://10.0.0.1"\n';
      for (const address of (await names.toldPlaylist(playlist, SOURCE)).match(/[a-z]+:\/\/[^/"\s]+/g) ?? [])
        assert.match(address, /^http:\/\/[0-9a-f]{4}\.source\.invalid$/);
    });
  });
});

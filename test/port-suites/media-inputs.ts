import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { MediaInputs } from '../../adapters/inputs/media-inputs.js';
import { allOf } from './all-of.js';
import { failingWith } from './failing-with.js';

export interface InputPlace {
  inputs: MediaInputs;
  /** Answers the address of what was put there. */
  put(name: string, bytes: Uint8Array): Promise<string>;
  close(): Promise<void>;
}

/** What every kind of input does; inputs take at most 1 MB. */
export function itReadsInputs(open: () => Promise<InputPlace>): void {
  let place: InputPlace;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.close());

  const bytesOf = async (url: string, fromByte = 0): Promise<Buffer> => {
    const version = await place.inputs.inspect(url, {});
    return Buffer.concat((await allOf(await place.inputs.read(url, { version, fromByte }))) as Buffer[]);
  };

  it('reads a file from any byte on', async () => {
    const bytes = randomBytes(300_000);
    const url = await place.put('film.mp4', bytes);
    assert.equal((await place.inputs.inspect(url, {})).sizeBytes, bytes.length);
    for (const from of [0, 1, 150_000, 299_999, 300_000])
      assert.ok((await bytesOf(url, from)).equals(bytes.subarray(from)));
  });

  it('reads a file whatever the characters of its name', async () => {
    for (const name of ['in/my movie 100%.mov', 'a+b#c?d&e.mov', 'é 日本 😀.mov', '%41.mov', "it's (1)!*.mov"]) {
      const url = await place.put(name, Buffer.from(name));
      assert.equal(String(await bytesOf(url)), name);
    }
  });

  it('refuses a playlist where none is asked for, whatever its name', async () => {
    await place.put('a.ts', Buffer.from('segment'));
    const text = Buffer.from(media('#EXTINF:2,', 'a.ts'));
    for (const name of ['list.m3u8', 'film.mov']) {
      const url = await place.put(name, text);
      await assert.rejects(place.inputs.inspect(url, { playlists: false }), failingWith('playlist-forbidden'));
      assert.equal((await place.inputs.inspect(url, { playlists: true })).sizeBytes, 'segment'.length);
    }
  });

  it('has the same version as long as the bytes are the same, and refuses others', async () => {
    const url = await place.put('film.mp4', Buffer.from('first'));
    const version = await place.inputs.inspect(url, {});
    assert.deepEqual(await place.inputs.inspect(url, {}), version);
    await place.put('film.mp4', Buffer.from('other'));
    assert.notDeepEqual(await place.inputs.inspect(url, {}), version);
    for (const fromByte of [0, 2]) {
      const read = async () => allOf(await place.inputs.read(url, { version, fromByte }));
      await assert.rejects(read(), failingWith('input-changed'));
    }
  });

  it('refuses what is missing, empty or too large', async () => {
    const url = await place.put('empty.mp4', new Uint8Array());
    await assert.rejects(place.inputs.inspect(url, {}), failingWith('input-empty'));
    await assert.rejects(place.inputs.inspect(`${url}-not`, {}), failingWith('input-not-found'));
    const large = await place.put('large.mp4', Buffer.alloc(1_000_001));
    await assert.rejects(place.inputs.inspect(large, {}), failingWith('input-too-large'));
  });

  it('stops when its signal aborts, with the reason given', async () => {
    const url = await place.put('film.mp4', randomBytes(300_000));
    const version = await place.inputs.inspect(url, {});
    const reason = new Error('no longer wanted');
    const signal = AbortSignal.abort(reason);
    const read = async () => allOf(await place.inputs.read(url, { version, fromByte: 0, signal }));
    await assert.rejects(read(), reason);
  });

  it('reads a playlist as one file, with its first bytes and byte ranges, from any byte on', async () => {
    await place.put('v/init.mp4', Buffer.from('INIT'));
    await place.put('v/a b.m4s', Buffer.from('0123456789'));
    await place.put('v/c.m4s', Buffer.from('third'));
    const media = [
      ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:2', '#EXT-X-MAP:URI="init.mp4"'],
      ...['#EXTINF:2,', '#EXT-X-BYTERANGE:3@2', 'a%20b.m4s', '#EXTINF:2,', '#EXT-X-BYTERANGE:2', 'a%20b.m4s'],
      ...['#EXTINF:2,', 'c.m4s', '#EXT-X-ENDLIST', ''],
    ].join('\n');
    await place.put('v/high.m3u8', Buffer.from(media));
    const master = [
      ...['#EXTM3U', '#EXT-X-STREAM-INF:BANDWIDTH=100', 'v/low.m3u8'],
      ...['#EXT-X-STREAM-INF:BANDWIDTH=900', 'v/high.m3u8', ''],
    ].join('\n');
    const text = 'INIT23456third';
    for (const url of [
      await place.put('master.m3u8', Buffer.from(master)),
      await place.put('named', Buffer.from(master)),
    ]) {
      for (const from of [0, 3, 5, 8, 13]) assert.equal(String(await bytesOf(url, from)), text.slice(from));
      const version = await place.inputs.inspect(url, {});
      assert.equal(version.sizeBytes, text.length);
    }
    const url = await place.put('master.m3u8', Buffer.from(master));
    const version = await place.inputs.inspect(url, {});
    await place.put('v/c.m4s', Buffer.from('fifth'));
    assert.notEqual((await place.inputs.inspect(url, {})).tag, version.tag);
    await assert.rejects(
      async () => allOf(await place.inputs.read(url, { version, fromByte: 0 })),
      failingWith('input-changed'),
    );
  });

  const media = (...lines: string[]): string =>
    ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST', ''].join('\n');

  for (const [what, code, text] of [
    ['that names itself', 'playlist-forbidden', media('#EXTINF:2,', 'list.m3u8')],
    ['that names another scheme', 'playlist-forbidden', media('#EXTINF:2,', 'ftp://host/a.ts')],
    [
      'that names a file of the worker',
      'playlist-forbidden',
      media('#EXTINF:2,', 'file:/etc/passwd', '#EXTINF:2,', 's3://b/k'),
    ],
    ['that holds its data', 'playlist-forbidden', media('#EXTINF:2,', 'data:video/mp2t;base64,AAAA')],
    ['that names a playlist', 'playlist-forbidden', media('#EXTINF:2,', 'plain')],
    ['without an end', 'input-unsupported', media('#EXTINF:2,', 'a.ts').replace('#EXT-X-ENDLIST\n', '')],
    ['that is encrypted', 'input-unsupported', media('#EXT-X-KEY:METHOD=AES-128,URI="k"', '#EXTINF:2,', 'a.ts')],
    [
      'with a discontinuity',
      'input-unsupported',
      media('#EXTINF:2,', 'a.ts', '#EXT-X-DISCONTINUITY', '#EXTINF:2,', 'a.ts'),
    ],
    ['without segments', 'input-empty', media()],
    ['with too many segments', 'playlist-forbidden', media(...Array<string>(20_001).fill('#EXTINF:2,\na.ts'))],
    [
      'with its audio apart',
      'input-unsupported',
      '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="a.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"\nv.m3u8\n',
    ],
    ['that is none', 'input-not-media', 'film'],
  ] as const) {
    it(`refuses a playlist ${what}`, async () => {
      await place.put('a.ts', Buffer.from('segment'));
      await place.put('plain', Buffer.from(media('#EXTINF:2,', 'a.ts')));
      const url = await place.put('list.m3u8', Buffer.from(text));
      await assert.rejects(bytesOf(url), failingWith(code));
    });
  }

  it('refuses variants of variants', async () => {
    const master = (name: string): Buffer => Buffer.from(`#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}\n`);
    const url = await place.put('one.m3u8', master('two.m3u8'));
    await place.put('two.m3u8', master('three.m3u8'));
    await assert.rejects(place.inputs.inspect(url, {}), failingWith('playlist-forbidden'));
  });
}

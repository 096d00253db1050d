import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Resolve } from '../../../adapters/network/host-guard.js';
import { captureArgs } from '../../../media/args/capture.js';
import type { SourceEnd } from '../../../media/source/picture-source.js';
import { oneProcess } from '../../../media/source/one-process.js';
import { openTestGateway } from '../../harness/test-gateway.js';
import { FFMPEG, useClips } from '../../media/clips.js';
import { useServers, type Served } from './canary.js';

const nowMs = (): number => performance.timeOrigin + performance.now();
/** On loopback too, but outside the network that is allowed. */
const INSIDE = '127.0.0.2';
const NAME = 'source.example';

describe('the way to a source', () => {
  const clips = useClips();
  const serve = useServers();
  let source: Served;
  let canary: Served;
  let inside: string;
  let segment: Buffer;

  before(async () => {
    [source, canary] = await Promise.all([serve({ host: '127.0.0.1' }), serve({ host: INSIDE })]);
    inside = `http://${INSIDE}:${canary.port}`;
    await clips.make('clip.ts', { seconds: 2 });
    segment = await readFile(clips.path('clip.ts'));
    canary.answer = (_, response) => response.end(segment);
  });
  beforeEach(() => {
    source.asked.length = canary.asked.length = 0;
  });

  async function view(path: string, { host = '127.0.0.1', resolve }: { host?: string; resolve?: Resolve } = {}) {
    const gateway = openTestGateway(resolve ? { resolve } : {});
    let pictures = 0;
    const url = `http://${host}:${source.port}${path}`;
    const end: SourceEnd = await oneProcess({ ffmpeg: FFMPEG, gateway, nowMs }).open(
      { url, sizes: [], quality: 80, stallMs: 2000, probe: 'quick' },
      { everyMs: 100, signal: new AbortController().signal, onPicture: () => (pictures += 1) },
    ).ended;
    return { end, pictures };
  }

  const serving =
    (files: Record<string, string | Buffer>): RequestListener =>
    ({ url = '' }, response) => {
      const file = files[url];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    };
  const playlist = (...lines: string[]): string =>
    ['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, '#EXT-X-ENDLIST', ''].join('\n');

  it('leads to a playlist, its segments and the pictures in them', async () => {
    source.answer = serving({ '/live.m3u8': playlist('#EXTINF:2,', 'a/clip.ts'), '/a/clip.ts': segment });
    const { end, pictures } = await view('/live.m3u8');
    assert.equal(end.code, 'source-ended');
    assert.ok(pictures > 10, `${pictures} pictures`);
  });

  it('leads where a redirect within what is allowed leads', async () => {
    source.answer = (request, response) => {
      if (request.url === '/clip.ts') response.end(segment);
      else response.writeHead(302, { location: '/clip.ts' }).end();
    };
    assert.ok((await view('/moved')).pictures > 10);
  });

  it('asks again where the source has closed the connection that it was asked by before', async () => {
    const closed = new Set<unknown>();
    source.answer = (request, response) => {
      if (closed.has(request.socket)) return void request.socket.resetAndDestroy();
      closed.add(request.socket);
      const file = request.url === '/live.m3u8' ? playlist('#EXTINF:2,', 'clip.ts') : segment;
      response.writeHead(200, { 'content-length': file.length }).end(file);
    };
    const { pictures } = await view('/live.m3u8');
    assert.ok(pictures > 10, `${pictures} pictures`);
  });

  it('leads to a playlist that is compressed though nobody asked for that', async () => {
    const zipped = gzipSync(playlist('#EXTINF:2,', 'a/clip.ts'));
    source.answer = (request, response) => {
      if (request.url === '/a/clip.ts') response.end(segment);
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(zipped);
    };
    assert.ok((await view('/live.m3u8')).pictures > 10);
  });

  it('leads to a playlist that comes byte by byte', async () => {
    source.answer = (request, response) => {
      if (request.url === '/a/clip.ts') return void response.end(segment);
      response.write('#');
      setTimeout(() => response.end(playlist('#EXTINF:2,', 'a/clip.ts').slice(1)), 50);
    };
    assert.ok((await view('/live.m3u8')).pictures > 10);
  });

  it('gives cookies back to the server that they are from', async () => {
    const cookies: (string | undefined)[] = [];
    source.answer = (request, response) => {
      cookies.push(request.headers.cookie);
      if (request.url === '/s/clip.ts') response.end(segment);
      else response.writeHead(200, { 'set-cookie': 'session=7; Path=/s' }).end(playlist('#EXTINF:2,', '/s/clip.ts'));
    };
    await view('/live/x.m3u8');
    assert.equal(cookies.at(-1), 'session=7');
  });

  for (const challenge of ['Basic realm="r"', 'Digest realm="r", nonce="n", qop="auth"'])
    it(`logs in for a playlist and what lies beside it: ${challenge.slice(0, 6)}`, async () => {
      source.answer = (request, response) => {
        const { authorization = '' } = request.headers;
        const asked = `${request.method}:${request.url}`;
        if (isAnswer(authorization, { asked, login: 'ann:pw', realm: 'r' }))
          response.end(request.url === '/a/clip.ts' ? segment : playlist('#EXTINF:2,', 'a/clip.ts'));
        else response.writeHead(401, { 'www-authenticate': challenge }).end('no');
      };
      const { end, pictures } = await view('/live.m3u8', { host: 'ann:pw@127.0.0.1' });
      assert.ok(pictures > 10, end.tail.join('\n'));
    });

  it('names the source where ffmpeg has named the relay, as far as it is shown', async () => {
    source.answer = (_, response) => response.writeHead(404).end();
    const { end } = await view('/live/secret.flv');
    assert.match(end.tail.join('\n'), new RegExp(`http://127\\.0\\.0\\.1:${source.port}/li\\*{3}[0-9a-f]{4}`));
  });

  for (const scheme of ['http', 'https', 'rtmp', 'rtmps', 'rtsp', 'rtsps'])
    it(`shows nothing of an address over ${scheme} to who sees the command line of ffmpeg`, async () => {
      const login = scheme.startsWith('rtmp') ? '' : 'user7:pass8@';
      const url = `${scheme}://${login}127.0.0.1:${source.port}/folder1/folder2/key3.m3u8?sign4=value5`;
      const route = await openTestGateway().open(url);
      route.close();
      const line = captureArgs({ url, sizes: [], quality: 80, stallMs: 2000, probe: 'quick' }, route).join(' ');
      for (const word of ['user7', 'pass8', 'folder1', 'folder2', 'key3', 'sign4', 'value5'])
        assert.equal(line.includes(word), false, `${word} in ${line}`);
    });

  it('ends at once where the source leaves before it says anything', async () => {
    source.answer = (_, response) => {
      response.writeHead(200, { 'content-length': 5 }).flushHeaders();
      setImmediate(() => response.destroy());
    };
    const startedMs = nowMs();
    const { end } = await view('/live.flv');
    assert.equal(end.code, 'source-unreachable');
    assert.ok(nowMs() - startedMs < 1900, 'before the stall time');
  });

  describe('never leads inside the network', () => {
    afterEach('nothing has reached the canary', () => assert.deepEqual(canary.asked, []));

    it('by the address of the source', async () => {
      const gateway = openTestGateway();
      const { ended } = oneProcess({ ffmpeg: FFMPEG, gateway, nowMs }).open(
        { url: `${inside}/x.ts`, sizes: [], quality: 80, stallMs: 2000, probe: 'quick' },
        { everyMs: 100, signal: new AbortController().signal, onPicture: () => undefined },
      );
      assert.equal((await ended).code, 'source-address-forbidden');
    });

    it('by a redirect', async () => {
      source.answer = (_, response) => response.writeHead(302, { location: `${inside}/latest/meta-data/` }).end();
      assert.equal((await view('/live.flv')).end.code, 'source-address-forbidden');
    });

    it('by a segment of a playlist', async () => {
      source.answer = serving({ '/live.m3u8': playlist('#EXTINF:2,', `${inside}/clip.ts`) });
      const { end, pictures } = await view('/live.m3u8');
      assert.equal(end.code, 'source-address-forbidden');
      assert.equal(pictures, 0);
    });

    it('by a playlist in a playlist', async () => {
      source.answer = serving({ '/live.m3u8': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${inside}/other.m3u8\n` });
      assert.equal((await view('/live.m3u8')).end.code, 'source-address-forbidden');
    });

    it('by the key of a segment', async () => {
      const key = `#EXT-X-KEY:METHOD=AES-128,URI="${inside}/key"`;
      source.answer = serving({ '/live.m3u8': playlist(key, '#EXTINF:2,', 'clip.ts'), '/clip.ts': segment });
      assert.equal((await view('/live.m3u8')).pictures, 0);
    });

    for (const scheme of ['https', 'tls', 'tcp', 'rtmp', 'file', 'crypto+http'])
      it(`by a segment of the scheme ${scheme}`, async () => {
        const url = `${scheme}://${INSIDE}:${canary.port}/clip.ts`;
        source.answer = serving({ '/live.m3u8': playlist('#EXTINF:2,', url) });
        assert.equal((await view('/live.m3u8')).pictures, 0);
      });

    it('by a name that stands for another address the second time', async () => {
      let lookups = 0;
      const resolve: Resolve = (_, __, answer) => {
        lookups += 1;
        answer(null, [{ address: lookups === 1 ? '127.0.0.1' : INSIDE, family: 4 }]);
      };
      source.answer = (_, response) =>
        response.writeHead(302, { location: `http://${NAME}:${canary.port}/again`, connection: 'close' }).end();
      const { end } = await view('/live.flv', { host: NAME, resolve });
      assert.equal(end.code, 'source-address-forbidden');
      assert.deepEqual(source.asked, ['/live.flv']);
    });

    it('by a name that stands for several addresses', async () => {
      const resolve: Resolve = (_, __, answer) => {
        answer(
          null,
          ['127.0.0.1', INSIDE].map((address) => ({ address, family: 4 })),
        );
      };
      assert.equal((await view('/live.flv', { host: NAME, resolve })).end.code, 'source-address-forbidden');
      assert.deepEqual(source.asked, []);
    });
  });

  it('leads nowhere where a name does not resolve', async () => {
    const resolve: Resolve = (_, __, answer) => {
      answer(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    };
    assert.equal((await view('/live.flv', { host: NAME, resolve })).end.code, 'source-unreachable');
  });

  it('does not lead to a playlist that has no end', async () => {
    source.answer = (_, response) => {
      response.write('#EXTM3U\n');
      const line = Buffer.from(`${'#'.repeat(99)}\n`.repeat(10_000));
      const more = (): void => {
        while (!response.destroyed) if (!response.write(line)) return void response.once('drain', more);
      };
      more();
    };
    assert.equal((await view('/live.m3u8')).end.code, 'source-unreachable');
  });
});

/** As a server checks it: by the whole of what was asked. */
function isAnswer(header: string, { asked, login, realm }: { asked: string; login: string; realm: string }): boolean {
  if (header.startsWith('Basic ')) return Buffer.from(header.slice(6), 'base64').toString() === login;
  const field = (name: string): string => new RegExp(`[ ,]${name}="?([^",]*)`).exec(header)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const [user, password] = login.split(':');
  const parts = [md5(`${user}:${realm}:${password}`), field('nonce'), field('nc'), field('cnonce'), 'auth', md5(asked)];
  return field('response') === md5(parts.join(':'));
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { RequestListener } from 'node:http';
import type { ErrorCode } from '../../../contracts/errors.js';
import { startWatchedPull, type WatchedEnd } from '../../../media/source/watched-pull.js';
import { FFMPEG, useClips } from '../clips.js';
import { useSourceServer } from '../source-server.js';

interface Watch {
  quality?: number;
  stallMs?: number;
  signal?: AbortSignal;
  onPicture?(): void;
}

async function watch(
  url: string,
  { stallMs = 10_000, quality = 80, signal = new AbortController().signal, onPicture = () => {} }: Watch = {},
): Promise<WatchedEnd & { pictures: number; tookMs: number }> {
  const startedMs = performance.now();
  let pictures = 0;
  const pull = startWatchedPull({
    ffmpeg: FFMPEG,
    route: { url, options: [], named: (text) => text },
    intent: { url, sizes: [], quality, stallMs, probe: 'quick' },
    nowMs: () => performance.now(),
    onPicture: () => {
      pictures += 1;
      onPicture();
    },
    signal,
  });
  return { ...(await pull.ended), pictures, tookMs: performance.now() - startedMs };
}

describe('a watched pull', () => {
  const clips = useClips();
  const server = useSourceServer();
  const status =
    (code: number): RequestListener =>
    (_, response) => {
      response.writeHead(code).end('no');
    };

  const answers: [title: string, answer: RequestListener, code: ErrorCode][] = [
    ['401', status(401), 'source-refused'],
    ['403', status(403), 'source-refused'],
    ['404', status(404), 'source-not-found'],
    ['410', status(410), 'source-not-found'],
    ['503', status(503), 'source-unreachable'],
    ['a page', (_, response) => response.end(`<html>${'text '.repeat(2000)}</html>`), 'source-not-media'],
    ['a connection that is cut', (request) => request.socket.destroy(), 'source-unreachable'],
  ];
  for (const [title, answer, code] of answers) {
    it(`tells ${code} of a server that answers with ${title}`, async () => {
      server.answer = answer;
      const end = await watch(server.url('/live.flv'));
      assert.deepEqual(end.code, code, end.tail.join('\n'));
      assert.equal(end.hadPicture, false, end.tail.join('\n'));
    });
  }

  it('tells source-unreachable of a port where nobody listens', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    holder.close();
    await once(holder, 'close');
    for (const scheme of ['rtmp', 'http', 'rtsp']) {
      assert.equal((await watch(`${scheme}://127.0.0.1:${port}/app/key`)).code, 'source-unreachable', scheme);
    }
  });

  it('tells source-no-video of sound alone', async () => {
    const source = await clips.make('sound.mp4', { seconds: 1, source: 'sine=duration=1', options: ['-vn'] });
    assert.equal((await watch(source)).code, 'source-no-video');
  });

  it('tells source-ended of a clip that is over', async () => {
    const end = await watch(await clips.make('clip.mp4', { seconds: 1 }));
    assert.equal(end.code, 'source-ended');
    assert.equal(end.pictures, 10);
    assert.equal(end.isFinite, true);
  });

  it('tells source-unreachable of a server that never answers, after the stall time', async () => {
    server.answer = () => {};
    const end = await watch(server.url('/live.flv'), { stallMs: 1500 });
    assert.equal(end.code, 'source-unreachable');
    assert.ok(end.tookMs > 1400 && end.tookMs < 5000, `${end.tookMs} ms`);
  });

  it('tells source-stalled of a source that stops sending, the stall time after its last picture', async () => {
    await clips.make('live.flv', { seconds: 2, options: ['-f', 'flv'] });
    const bytes = await readFile(clips.path('live.flv'));
    server.answer = (_, response) => response.write(bytes);
    let lastMs = 0;
    const end = await watch(server.url('/live.flv'), { stallMs: 1500, onPicture: () => (lastMs = performance.now()) });
    const silentMs = performance.now() - lastMs;
    assert.equal(end.code, 'source-stalled');
    assert.ok(end.pictures >= 15, `${end.pictures} pictures`);
    assert.ok(silentMs > 1400 && silentMs < 5000, `${silentMs} ms`);
  });

  it('tells source-silent of a source that opens and sends no picture', async () => {
    await clips.make('head.mp4', { seconds: 2, options: ['-movflags', '+faststart'] });
    const bytes = await readFile(clips.path('head.mp4'));
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, bytes.indexOf('mdat') + 8));
    };
    const end = await watch(server.url('/clip.mp4'), { stallMs: 2500 });
    assert.equal(end.code, 'source-silent', end.tail.join('\n'));
    assert.equal(end.hadPicture, false, end.tail.join('\n'));
    assert.equal(end.isOpen, true, end.tail.join('\n'));
  });

  it('tells picture-too-large of noise in 8K at the best quality, none of which it keeps', async () => {
    const source = await clips.make('noise.mkv', {
      seconds: 2,
      source: 'color=gray:s=7680x4320:r=1:d=2,format=yuv444p,noise=alls=100:allf=t+u',
      options: ['-pix_fmt', 'yuv444p', '-qp', '0'],
    });
    const end = await watch(source, { stallMs: 60_000, quality: 100 });
    assert.equal(end.code, 'picture-too-large');
    assert.equal(end.pictures, 0);
  });

  it('ends at once when it is told to, and when it was told before', async () => {
    const source = await clips.make('long.mp4', { seconds: 60 });
    const ending = new AbortController();
    const end = await watch(source, {
      signal: ending.signal,
      onPicture: () => {
        ending.abort();
      },
    });
    assert.ok(end.hadPicture && end.tookMs < 10_000);
    assert.equal((await watch(source, { signal: ending.signal })).pictures, 0);
  });
});

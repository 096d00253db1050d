import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { provideChromium } from '../../../dev/chromium.js';
import { convertWhole } from '../../../media/transcode/convert-whole.js';
import { joinHlsAudio, joinHlsRendition, writeHlsMaster } from '../../../media/transcode/join-hls.js';
import type { MadeFile } from '../../../media/transcode/piece.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, fullPlan, HIGH, LOW, makeFile, probe, profileOf, PROGRAMS } from './conversion.js';
import { checkHls } from './hls-check.js';

const PLAIN =
  '-f lavfi -i testsrc2=size=160x90:rate=30000/1001 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 6.4 -c:v libx264 -preset ultrafast -bf 2 -g 40 -c:a aac';
const HLS_JS = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

describe('an HLS ladder', () => {
  const folder = useTempFolder();

  async function makeLadder(): Promise<MadeFile[]> {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }) });
    const { chunkPaths, audioPath } = await convert(file, { folder: folder(), plan, join: [] });
    const piece = { ...PROGRAMS, plan, folder: folder() };
    const parts = [await joinHlsAudio({ ...piece, audioPath: audioPath! })];
    for (const { name } of plan.renditions) {
      parts.push(await joinHlsRendition({ ...piece, rendition: name, chunkPaths: chunkPaths[name]! }));
    }
    const files = parts.flatMap((part) => part.files);
    const master = await writeHlsMaster({
      plan,
      folder: folder(),
      tracks: files.map((one) => ({ ...one, path: one.name })),
    });
    return [...files, master];
  }

  it('keeps to what HLS asks of its playlists and fragments, in two renditions that are cut alike', async () => {
    const files = await makeLadder();
    const { faults, variants } = await checkHls(folder());
    assert.deepEqual(faults, []);
    assert.deepEqual(
      variants.map(({ uri, width, height }) => [uri, width, height]),
      [
        ['low.m3u8', 114, 64],
        ['high.m3u8', 160, 90],
      ],
    );
    assert.equal(variants[0]?.segmentSeconds.length, 7);
    assert.deepEqual(
      files.map(({ name }) => name),
      ['audio.m3u8', 'audio.m4s', 'low.m3u8', 'low.m4s', 'high.m3u8', 'high.m4s', 'master.m3u8'],
    );
  });

  it('plays in a browser to its end, with all its pictures and sound', async () => {
    await makeLadder();
    const played = await playInBrowser(folder());
    assert.deepEqual(played.errors, []);
    assert.equal(played.levels, 2);
    assert.ok(Math.abs(played.duration - 6.4) < 0.1, `${played.duration} s`);
    assert.ok(played.isEnded);
    assert.ok(played.frames > 150, `${played.frames} pictures`);
    assert.ok(played.audioBytes > 10_000, `${played.audioBytes} bytes of sound`);
  });

  it('is made of a file that conforms without encoding', async () => {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const profile = profileOf({
      package: 'hls',
      video: { renditions: [HIGH], gopSeconds: 0.5 },
    });
    const plan = fullPlan(await probe(file), { profile });
    assert.equal(plan.decision.kind, 'repackage');
    const { files } = await convertWhole({ ...PROGRAMS, plan, folder: folder(), file });
    const tracks = files.map((one) => ({ ...one, path: one.name }));
    await writeHlsMaster({ plan, folder: folder(), tracks });
    assert.deepEqual((await checkHls(folder())).faults, []);
  });

  it('of a source below its lowest rendition has one, at the height of the source', async () => {
    const file = await makeFile(folder(), 'in.mp4', PLAIN);
    const video = {
      renditions: [
        { ...LOW, height: 360 },
        { ...HIGH, height: 720 },
      ],
    };
    const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls', video }), remux: 'never' });
    assert.deepEqual(
      plan.renditions.map(({ name, width, height }) => [name, width, height]),
      [['low', 160, 90]],
    );
  });
});

const PAGE = `<video muted></video><script src="hls.js"></script><script>
const video = document.querySelector('video');
const errors = [];
const hls = new Hls({ enableWorker: false });
hls.on(Hls.Events.ERROR, (_, { details, fatal, reason }) => errors.push([details, fatal, reason ?? ''].join(' ')));
hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
hls.loadSource('master.m3u8');
hls.attachMedia(video);
window.result = new Promise((resolve) => {
  const tell = (isEnded) => resolve({
    errors, isEnded, levels: hls.levels.length, duration: video.duration,
    frames: video.getVideoPlaybackQuality().totalVideoFrames, audioBytes: video.webkitAudioDecodedByteCount,
  });
  video.addEventListener('ended', () => tell(true));
  setTimeout(() => tell(false), 40000);
});
</script>`;

interface Played {
  errors: string[];
  isEnded: boolean;
  levels: number;
  duration: number;
  frames: number;
  audioBytes: number;
}

async function playInBrowser(folder: string): Promise<Played> {
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://host').pathname);
    if (name === '') return void response.setHeader('content-type', 'text/html').end(PAGE);
    readFile(name === 'hls.js' ? HLS_JS : join(folder, name)).then(
      (body) => answerRange(request.headers.range, body, response),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const executablePath = await provideChromium({ log: join(tmpdir(), 'reelay-chromium.log') });
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate<Played>('window.result');
  } finally {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function answerRange(
  range: string | undefined,
  body: Buffer,
  response: { writeHead(status: number, headers?: Record<string, string>): { end(body: Buffer): unknown } },
): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (from === undefined) return void response.writeHead(200).end(body);
  const part = body.subarray(Number(from), Number(to) + 1);
  const headers = { 'content-range': `bytes ${from}-${to}/${body.length}` };
  response.writeHead(206, headers).end(part);
}

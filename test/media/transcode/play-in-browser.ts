import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';
import { provideChromium } from '../../../dev/chromium.js';

export interface Played {
  errors: string[];
  isEnded: boolean;
  levels: number;
  duration: number;
  frames: number;
  audioBytes: number;
  /** On the clock of the player: when the first white picture is shown, and where the first loud sample lies. */
  flashS: number;
  beepS: number;
}

const HLS_JS = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

/**
 * The sound is decoded as a whole from the bytes that the player was given, and its place is what the player goes by: the
 * time in its first fragment, shifted by the offset of its buffer.
 */
const PAGE = `<video muted></video><script src="hls.js"></script><script>
const video = document.querySelector('video');
const errors = [];
const sound = [];
let soundBuffer;
let flashS = NaN;
const hls = new Hls({ enableWorker: false });
hls.on(Hls.Events.ERROR, (_, { details, fatal, reason }) => errors.push([details, fatal, reason ?? ''].join(' ')));
hls.on(Hls.Events.MANIFEST_PARSED, () => video.play());
hls.on(Hls.Events.BUFFER_CREATED, (_, { tracks }) => { soundBuffer = tracks.audio?.buffer; });
hls.on(Hls.Events.BUFFER_APPENDING, (_, { type, data }) => { if (type === 'audio') sound.push(data.slice()); });
hls.loadSource('master.m3u8');
hls.attachMedia(video);

const light = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
const look = (_, { mediaTime }) => {
  light.drawImage(video, 0, 0, 1, 1);
  if (Number.isNaN(flashS) && light.getImageData(0, 0, 1, 1).data[0] > 128) flashS = mediaTime;
  video.requestVideoFrameCallback(look);
};
video.requestVideoFrameCallback(look);

const boxAt = (bytes, name) => {
  const code = [...name].map((letter) => letter.charCodeAt(0));
  const at = bytes.findIndex((_, index) => code.every((letter, place) => bytes[index + place] === letter));
  return new DataView(bytes.buffer, bytes.byteOffset + at + 4);
};
async function findBeep() {
  if (!soundBuffer) return NaN;
  const bytes = new Uint8Array(await new Blob(sound).arrayBuffer());
  const ticks = Number(boxAt(bytes, 'tfdt').getBigUint64(4));
  const header = boxAt(bytes, 'mdhd');
  const timescale = header.getUint32(header.getUint8(0) === 1 ? 20 : 12);
  const sampleRate = 48000;
  const decoded = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes.buffer);
  const loud = decoded.getChannelData(0).findIndex((sample) => Math.abs(sample) > 0.1);
  return ticks / timescale + soundBuffer.timestampOffset + loud / sampleRate;
}

window.result = new Promise((resolve, reject) => {
  const tell = (isEnded) => findBeep().then((beepS) => resolve({
    errors, isEnded, levels: hls.levels.length, duration: video.duration, flashS, beepS,
    frames: video.getVideoPlaybackQuality().totalVideoFrames, audioBytes: video.webkitAudioDecodedByteCount,
  }), reject);
  video.addEventListener('ended', () => tell(true));
  setTimeout(() => tell(false), 40000);
});
</script>`;

/** Plays the ladder in a folder with hls.js in Chromium, to its end or for 40 s. */
export async function playInBrowser(folder: string): Promise<Played> {
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

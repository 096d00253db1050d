import assert from 'node:assert/strict';
import { lookup } from 'node:dns';
import { readFile } from 'node:fs/promises';
import type { Resolve } from '../../adapters/network/host-guard.js';
import type { ErrorCode } from '../../contracts/errors.js';
import { oneProcess } from '../../media/source/one-process.js';
import type { SourceEnd } from '../../media/source/picture-source.js';
import { openTestGateway } from '../harness/test-gateway.js';
import { FFMPEG, useClips } from '../media/clips.js';
import { useCanary, useMemoryCheck, withinLimits } from './limits.js';
import { useHostileServer, type SourceRow } from './hostile-server.js';
import { FLVS, RTMPS, RTSPS } from './stream-source-rows.js';
import { ADDRESSES, HEADS, PLAYLISTS, REDIRECTS } from './web-source-rows.js';

const nowMs = (): number => performance.timeOrigin + performance.now();
const ENDLESS_STALL_MS = 1000;
const STALL_MS = 10_000;
/** What lasts until there was no picture for too long. */
const STALLED: readonly ErrorCode[] = ['source-unreachable', 'source-silent'];

/** As the system does it, which takes numbers of many kinds for addresses; one name is that of the canary. */
const resolve: Resolve = (name, options, answer) => {
  if (name === 'inside.example') answer(null, [{ address: '127.0.0.2', family: 4 }]);
  else lookup(name, options, answer);
};

/** The door, the address of the server unless the row has one, and what is expected of it. */
const DOORS: [door: string, url: string, rows: readonly SourceRow[]][] = [
  ['is never reached by', '', ADDRESSES],
  ['over HTTP ends with', 'http://AT/live', [...REDIRECTS, ...HEADS]],
  ['of HLS ends with', 'http://AT/live.m3u8', PLAYLISTS],
  ['of FLV ends with', 'http://AT/live.flv', FLVS],
  ['over RTMP ends with', 'rtmp://AT/live/key', RTMPS],
  ['over RTSP ends with', 'rtsp://AT/live', RTSPS],
];

describe('a hostile source', () => {
  const clips = useClips();
  const canary = useCanary();
  const server = useHostileServer(canary, () => segment);
  useMemoryCheck();
  let segment: Buffer;
  before(async () => {
    await clips.make('clip.ts', { seconds: 1 });
    segment = await readFile(clips.path('clip.ts'));
  });

  const source = oneProcess({ ffmpeg: FFMPEG, gateway: openTestGateway({ resolve }), nowMs });
  async function view(url: string, stallMs = STALL_MS): Promise<SourceEnd & { pictures: number }> {
    let pictures = 0;
    const { ended } = source.open(
      { url, sizes: [], quality: 80, stallMs, probe: 'quick' },
      { everyMs: 100, signal: new AbortController().signal, onPicture: () => (pictures += 1) },
    );
    return { ...(await ended), pictures };
  }

  for (const [door, usual, rows] of DOORS) {
    for (const { name, url = usual, code, answer, isEndless = false } of rows) {
      it(`${door} ${name}: ${code}`, async () => {
        if (answer) server.answer(answer);
        const address = url.replace('AT', server.address()).replace('PORT', String(canary().port));
        const end = await withinLimits(() => view(address, isEndless ? ENDLESS_STALL_MS : STALL_MS));
        const expected = isEndless ? STALLED : [code];
        assert.ok(expected.includes(end.code), `${end.code}: ${end.tail.join('\n')}`);
        assert.equal(end.pictures, 0);
      });
    }
  }

  it('of ordinary pictures is captured after all of these', async () => {
    server.answer((socket) => socket.end(Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), segment])));
    assert.ok((await view(`http://${server.address()}/clip.ts`)).pictures > 3);
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import type { ErrorCode } from '../../contracts/errors.js';
import { PICTURE_MODES } from '../../contracts/picture.js';
import { slotAt } from '../../contracts/slots.js';
import type { CaptureIntent } from '../../media/args/capture.js';
import { jpegSize } from '../../media/jpeg-size.js';
import type { OpenSource, Picture, PictureSource, SourceEnd } from '../../media/source/picture-source.js';
import { useClips } from '../media/clips.js';
import { processesNaming } from '../media/processes-naming.js';
import { useSourceServer } from '../media/source-server.js';

interface Viewing extends Partial<CaptureIntent> {
  everyMs?: number;
  signal?: AbortSignal;
  onPicture?(picture: Picture, source: OpenSource): void;
}

interface Viewed {
  pictures: Picture[];
  end: SourceEnd;
  tookMs: number;
}

export interface SourcePlace {
  pictures: PictureSource;
  /** By the clock that the source tells the time with. */
  nowMs(): number;
}

const CLIP_FPS = 25;

/** What every source of pictures does, whatever decodes them. */
export function itGivesPictures({ pictures: source, nowMs }: SourcePlace): void {
  const clips = useClips();
  const server = useSourceServer();
  afterEach('nothing is left', () => assert.deepEqual(processesNaming(clips.folder), []));

  async function view(url: string, { everyMs = 100, signal, onPicture, ...intent }: Viewing = {}): Promise<Viewed> {
    const startedMs = nowMs();
    const pictures: Picture[] = [];
    const open = source.open(
      { url, sizes: [], quality: 80, stallMs: 10_000, probe: 'quick', ...intent },
      {
        everyMs,
        signal: signal ?? new AbortController().signal,
        onPicture: (picture) => {
          pictures.push(picture);
          onPicture?.(picture, open);
        },
      },
    );
    const end = await open.ended;
    return { pictures, end, tookMs: nowMs() - startedMs };
  }

  const steps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));
  /** The slots without a picture, of those that lie wholly between two times. */
  const missing = (pictures: readonly Picture[], { fromMs, untilMs, everyMs }: Record<string, number>): number[] => {
    const served = new Set(pictures.map(({ timeMs }) => slotAt(timeMs, everyMs ?? 0)));
    const slots: number[] = [];
    const firstMs = slotAt(fromMs ?? 0, everyMs ?? 0) + (everyMs ?? 0);
    for (let slotMs = firstMs; slotMs + (everyMs ?? 0) <= (untilMs ?? 0); slotMs += everyMs ?? 0)
      if (!served.has(slotMs)) slots.push(slotMs);
    return slots;
  };

  it('gives the pictures of a clip in their order, each with its time on the wall and in the source', async () => {
    const fromMs = nowMs();
    const { pictures } = await view(await clips.make('steady.mp4', { seconds: 3, fps: CLIP_FPS }));
    assert.ok(pictures.length > 2 * CLIP_FPS, `${pictures.length} pictures`);
    const [first, last] = [pictures[0], pictures.at(-1)];
    assert.ok(first && last);
    assert.ok(first.timeMs >= fromMs);
    assert.ok(last.timeMs <= nowMs());
    assert.ok(steps(pictures.map(({ ptsMs }) => ptsMs)).every((step) => step === 1000 / CLIP_FPS));
    assert.ok(steps(pictures.map(({ timeMs }) => timeMs)).every((step) => step >= 0));
    const driftMs = last.timeMs - first.timeMs - (last.ptsMs - first.ptsMs);
    assert.ok(Math.abs(driftMs) < 1000, `${driftMs} ms between the wall and the source`);
    for (const { mode } of pictures) assert.ok(PICTURE_MODES.includes(mode));
  });

  it('gives each picture in the size of the source, then in the sizes asked', async () => {
    const sizes = [
      { width: 32, height: 32 },
      { width: 128, height: 20 },
    ];
    const { pictures } = await view(await clips.make('sizes.mp4', { seconds: 1 }), { sizes });
    assert.ok(pictures.length > 0);
    for (const { images } of pictures) {
      assert.deepEqual(
        images.map(({ width, height }) => ({ width, height })),
        [{ width: 64, height: 36 }, ...sizes],
      );
      for (const { bytes, contentType, width, height } of images) {
        assert.equal(contentType, 'image/jpeg');
        assert.deepEqual(jpegSize(bytes), { width, height });
      }
    }
  });

  it('serves every slot of its rate, and those of another rate from the moment that it answers', async () => {
    let changedMs = Infinity;
    const { pictures } = await view(await clips.make('rates.mp4', { seconds: 8, fps: CLIP_FPS }), {
      everyMs: 1000,
      onPicture({ ptsMs }, source) {
        if (ptsMs < 4000 || changedMs < Infinity) return;
        changedMs = nowMs() + source.change(100);
      },
    });
    const [first, last] = [pictures[0], pictures.at(-1)];
    assert.ok(first && last);
    const slow = { fromMs: first.timeMs, untilMs: changedMs, everyMs: 1000 };
    assert.deepEqual(missing(pictures, slow), []);
    assert.deepEqual(missing(pictures, { fromMs: changedMs, untilMs: last.timeMs, everyMs: 100 }), []);
    const before = pictures.filter(({ ptsMs }) => ptsMs >= 2000 && ptsMs < 4000);
    assert.ok(before.length < CLIP_FPS, `${before.length} pictures for two slots`);
  });

  it('says that a file has come to its end', async () => {
    const fromMs = nowMs();
    const { end } = await view(await clips.make('short.mp4', { seconds: 1 }));
    assert.equal(end.code, 'source-ended');
    assert.equal(end.isFinite, true);
    assert.equal(end.isResized, false);
    assert.ok((end.lastArrivedMs ?? 0) >= fromMs);
  });

  it('says that a live source that had pictures has ended, and may be back', async () => {
    server.answer = await sending('cut.flv', (response) => response.end());
    const { end, pictures } = await view(server.url('/live.flv'));
    assert.equal(end.code, 'source-ended');
    assert.equal(end.isFinite, false);
    assert.ok(end.lastArrivedMs !== undefined && end.lastArrivedMs >= (pictures.at(-1)?.timeMs ?? 0));
  });

  it('says that a source has stalled that sends no more, once the stall time is over', async () => {
    server.answer = await sending('stall.flv', () => undefined);
    const { end, tookMs } = await view(server.url('/live.flv'), { stallMs: 1500 });
    assert.equal(end.code, 'source-stalled');
    assert.ok(tookMs > 1400, `${tookMs} ms`);
  });

  it('says that a source is unreachable that never answers, once the stall time is over', async () => {
    server.answer = () => undefined;
    const { end, tookMs } = await view(server.url('/live.flv'), { stallMs: 1500 });
    assert.equal(end.code, 'source-unreachable');
    assert.equal(end.lastArrivedMs, undefined);
    assert.ok(tookMs > 1400, `${tookMs} ms`);
  });

  for (const [status, code] of [
    [403, 'source-refused'],
    [404, 'source-not-found'],
    [503, 'source-unreachable'],
  ] satisfies [number, ErrorCode][]) {
    it(`says ${code} of a server that answers ${status}, and how to see it by hand`, async () => {
      server.answer = (_, response) => response.writeHead(status).end('no');
      const { end, pictures } = await view(server.url('/live.flv'));
      assert.equal(end.code, code);
      assert.deepEqual(pictures, []);
      assert.ok(end.tail.length > 0);
      assert.ok(end.command.includes(server.url('/')));
    });
  }

  it('says that sound alone is no video', async () => {
    const sound = await clips.make('sound.mp4', { seconds: 1, source: 'sine=duration=1', options: ['-vn'] });
    assert.equal((await view(sound)).end.code, 'source-no-video');
  });

  it('ends, and says why, when the pictures change size', async () => {
    await clips.make('small.ts', { seconds: 1 });
    await clips.make('large.ts', { seconds: 1, size: '96x54' });
    const parts = await Promise.all(['small.ts', 'large.ts'].map((name) => readFile(clips.path(name))));
    server.answer = (_, response) => response.end(Buffer.concat(parts));
    const { end, pictures } = await view(server.url('/resized.ts'));
    assert.equal(end.isResized, true);
    for (const { images } of pictures) assert.equal(images[0]?.width, 64);
  });

  it('ends at once when it is told to, and gives no more pictures', async () => {
    const ending = new AbortController();
    const { pictures, tookMs } = await view(await clips.make('long.mp4', { seconds: 60 }), {
      signal: ending.signal,
      onPicture: () => {
        ending.abort();
      },
    });
    assert.equal(pictures.length, 1);
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  });

  it('gives nothing where it was told to end before', async () => {
    const { pictures, tookMs } = await view(await clips.make('never.mp4', { seconds: 60 }), {
      signal: AbortSignal.abort(),
    });
    assert.deepEqual(pictures, []);
    assert.ok(tookMs < 10_000, `${tookMs} ms`);
  });

  /** A live source of 2 s whose length nothing tells. */
  async function sending(
    name: string,
    then: (response: Parameters<RequestListener>[1]) => unknown,
  ): Promise<RequestListener> {
    await clips.make(name, { seconds: 2, options: ['-f', 'flv', '-flvflags', 'no_duration_filesize'] });
    const bytes = await readFile(clips.path(name));
    return (_, response) => {
      response.write(bytes);
      then(response);
    };
  }
}

import assert from 'node:assert/strict';
import { copyFile, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { problemOf } from '../../../contracts/errors.js';
import { convertWhole } from '../../../media/transcode/convert-whole.js';
import { encodeChunk } from '../../../media/transcode/encode-chunk.js';
import { joinMp4 } from '../../../media/transcode/join-mp4.js';
import { makeThumbnails } from '../../../media/transcode/make-thumbnails.js';
import { measureSsim } from '../../../media/transcode/measure-ssim.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, countSamples, fullPlan, HIGH, makeFile, probe, profileOf, PROGRAMS } from './conversion.js';
import { mp4Samples } from './mp4-samples.js';

const PICTURE = '-f lavfi -i testsrc2=size=160x90:rate=25';
const SOUND = '-f lavfi -i sine=frequency=440:sample_rate=48000';
const AVC = '-c:v libx264 -preset ultrafast -bf 2 -g 25';
const PLAIN = `${PICTURE} ${SOUND} -t 4.8 ${AVC} -c:a aac`;
const ONE = profileOf({ video: { renditions: [HIGH], preset: 'veryfast', gopSeconds: 0.5 } });

describe('a piece of a transcode', () => {
  const folder = useTempFolder();
  const plain = (name = 'in.mp4', more = '') => makeFile(folder(), name, PLAIN + more);

  it('that is a file as wanted is the file itself', async () => {
    const file = await plain('in.mp4', ' -movflags +faststart');
    const plan = fullPlan(await probe(file), { profile: ONE });
    assert.equal(plan.decision.kind, 'copy');
    const { files } = await convertWhole({ ...PROGRAMS, plan, folder: folder(), file });
    assert.deepEqual(
      files.map(({ path, name, frames }) => ({ path, name, frames })),
      [{ path: file, name: 'high.mp4', frames: 120 }],
    );
  });

  for (const container of ['mp4', 'mov', 'mkv', 'flv', 'ts']) {
    it(`repackages ${container} with every packet, and moves the index to the front`, async () => {
      const file = await plain(`in.${container}`);
      const plan = fullPlan(await probe(file), { profile: ONE, remux: 'always' });
      assert.equal(plan.decision.kind, 'repackage');
      const { files } = await convertWhole({ ...PROGRAMS, plan, folder: join(folder(), 'out'), file });
      const { isFaststart, tracks } = await mp4Samples(files[0]!.path);
      assert.ok(isFaststart);
      assert.equal(tracks.find(({ kind }) => kind === 'video')?.samples, 120);
      assert.equal(await countSamples(files[0]!.path), await countSamples(file));
    });
  }

  for (const [codec, kind] of [
    ['aac', 'repackage'],
    ['libmp3lame', 'encode'],
  ] as const) {
    it(`that is sound alone, from ${codec}, is an M4A file of all its samples`, async () => {
      const file = await makeFile(folder(), 'in.mkv', `${PICTURE} ${SOUND} -t 4.8 ${AVC} -c:a ${codec}`);
      const profile = profileOf({ package: 'audio', video: undefined });
      const plan = fullPlan(await probe(file), { profile });
      assert.equal(plan.decision.kind, kind);
      const { files } = await convertWhole({ ...PROGRAMS, plan, folder: join(folder(), 'out'), file });
      assert.deepEqual(
        files.map(({ kind: made, name }) => [made, name]),
        [['audio', 'audio.m4a']],
      );
      const excess = (await countSamples(files[0]!.path)) - (await countSamples(file));
      assert.ok(excess >= 0 && excess < 1024, `${excess} samples more`);
    });
  }

  it('makes sheets of thumbnails, one for each step of time, and says where each is', async () => {
    const file = await plain();
    const thumbnails = { everySeconds: 1, columns: 2, rows: 2, width: 80 };
    const plan = fullPlan(await probe(file), { profile: profileOf({ thumbnails }) });
    const { files } = await makeThumbnails({ ...PROGRAMS, plan, folder: folder(), file });
    assert.deepEqual(
      files.map(({ name, width, height }) => [name, width, height]),
      [
        ['thumbnails-000.jpg', 160, 92],
        ['thumbnails-001.jpg', 160, 92],
        ['thumbnails.vtt', undefined, undefined],
      ],
    );
    const cues = (await readFile(files[2]!.path, 'utf8')).split('\n\n').slice(1);
    assert.equal(cues.length, 5);
    assert.equal(cues[3], '00:00:03.000 --> 00:00:04.000\nthumbnails-000.jpg#xywh=80,46,80,46');
    assert.equal(cues[4], '00:00:04.000 --> 00:00:04.800\nthumbnails-001.jpg#xywh=0,0,80,46\n');
  });

  it('makes thumbnails more often than there are keyframes', async () => {
    const file = await makeFile(folder(), 'in.mp4', `${PICTURE} -t 4 -c:v libx264 -preset ultrafast -g 250`);
    const thumbnails = { everySeconds: 0.5, columns: 20, rows: 1, width: 80 };
    const plan = fullPlan(await probe(file), { profile: profileOf({ thumbnails }) });
    const { files } = await makeThumbnails({ ...PROGRAMS, plan, folder: folder(), file });
    assert.equal(files[0]?.width, 8 * 80);
    assert.equal(files[0]?.height, 46);
  });

  it('measures how like its source a rendition is, in its own size', async () => {
    const file = await plain();
    const plan = fullPlan(await probe(file));
    const { joined } = await convert(file, { folder: folder(), plan });
    for (const { file: made } of joined) {
      const { ssim } = await measureSsim({ ...PROGRAMS, plan, file, output: made.path, rendition: made.rendition! });
      assert.ok(ssim > 0.9 && ssim < 1, `${made.name}: ${ssim}`);
    }
  });

  it('tells how far it is while it encodes', async () => {
    const file = await plain();
    const plan = fullPlan(await probe(file), { chunkMs: 60_000 });
    const frames: number[] = [];
    const { cpuSeconds } = await encodeChunk({
      ...PROGRAMS,
      plan,
      folder: folder(),
      file,
      index: 0,
      threads: 1,
      onProgress: (progress) => frames.push(progress.frames),
    });
    assert.equal(frames.at(-1), 120);
    assert.ok(cpuSeconds > 0);
  });

  describe('that joins chunks', () => {
    async function chunksOf() {
      const file = await plain();
      const plan = fullPlan(await probe(file), { profile: ONE, remux: 'never' });
      const { chunkPaths, audioPath } = await convert(file, { folder: folder(), plan, join: [] });
      const options = { ...PROGRAMS, plan, folder: folder(), rendition: 'high', audioPath };
      return { options, paths: chunkPaths['high']! };
    }

    it('finds out that one is in the place of another', async () => {
      const { options, paths } = await chunksOf();
      const chunkPaths = [paths[0]!, paths[2]!, paths[1]!];
      await assert.rejects(joinMp4({ ...options, chunkPaths }), /high has its pictures at other times than its source/);
    });

    it('finds out that one is missing', async () => {
      const { options, paths } = await chunksOf();
      const joining = joinMp4({ ...options, chunkPaths: paths.slice(1) });
      await assert.rejects(joining, /high has 2 chunks, expected 3/);
    });

    it('finds out that pictures at a joint do not decode, and where', async () => {
      const { options, paths } = await chunksOf();
      const bytes = await readFile(paths[1]!);
      const media = bytes.indexOf('mdat', 0, 'latin1') + 8;
      const broken = join(folder(), 'broken.mp4');
      await copyFile(paths[1]!, broken);
      const file = await open(broken, 'r+');
      await file.write(Buffer.alloc(1500, 0xa5), 0, 1500, media + 900);
      await file.close();
      const joining = joinMp4({ ...options, chunkPaths: [paths[0]!, broken, paths[2]!] });
      await assert.rejects(joining, /high does not decode at the start of chunk 1 \(1\.\d+ s\)/);
    });

    it('finds out that the sound is short', async () => {
      const { options, paths } = await chunksOf();
      const audioPath = await makeFile(folder(), 'short.m4a', `-i ${options.audioPath!} -t 4 -c copy`);
      await assert.rejects(
        joinMp4({ ...options, chunkPaths: paths, audioPath }),
        /the sound of high lasts 4\.\d+ s, expected 4.8/,
      );
    });

    it('finds out that a chunk was cut off', async () => {
      const { options, paths } = await chunksOf();
      await truncate(paths[2]!, 3000);
      await assert.rejects(joinMp4({ ...options, chunkPaths: paths }), (error) =>
        ['encode-failed', 'output-unproven'].includes(problemOf(error)?.code ?? ''),
      );
    });
  });
});

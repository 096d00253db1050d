import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, countPictures, fullPlan, makeFile, probe, profileOf } from './conversion.js';
import { makeLadder } from './make-ladder.js';

const SPARSE = "select='eq(n\\,0)+eq(n\\,125)+eq(n\\,250)+eq(n\\,375)+eq(n\\,499)'";

const AVC = '-c:v libx264 -preset ultrafast -bf 2 -g 25 -c:a aac';
const part = (size: string, fromS: number): string =>
  `-f lavfi -i testsrc2=size=${size}:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 -t 3 ${AVC} -output_ts_offset ${fromS}`;

interface Odd {
  name: string;
  make: string;
  pictures: number;
}

const ODD: Record<string, Odd> = {
  'a screen recording of 5 pictures in 20 s': {
    name: 'in.mp4',
    make: `-f lavfi -i testsrc2=size=160x90:rate=25:duration=20 -vf ${SPARSE} -fps_mode vfr -c:v libx264 -preset ultrafast`,
    pictures: 5,
  },
  'H.263 and 8 kHz in 3GP': {
    name: 'in.3gp',
    make: '-f lavfi -i testsrc2=size=176x144:rate=15 -f lavfi -i sine=frequency=440:sample_rate=8000 -t 4 -c:v h263 -c:a aac -ac 1 -ar 8000',
    pictures: 60,
  },
  'Windows Media': {
    name: 'in.wmv',
    make: '-f lavfi -i testsrc2=size=160x90:rate=25 -f lavfi -i sine=frequency=440:sample_rate=44100 -t 4.8 -c:v wmv2 -c:a wmav2',
    pictures: 120,
  },
  'a GIF': { name: 'in.gif', make: '-f lavfi -i testsrc2=size=160x90:rate=10:duration=3', pictures: 30 },
};

describe('an odd input:', () => {
  const folder = useTempFolder();

  for (const [title, { name, make, pictures }] of Object.entries(ODD)) {
    it(`${title} is converted to MP4 and to HLS with every picture`, async () => {
      const file = await makeFile(folder(), name, make);
      const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }), remux: 'never' });
      const made = await convert(file, { folder: folder(), plan, join: ['high'] });
      assert.equal(await countPictures(made.joined[0]!.file.path), pictures);
      await makeLadder({ ...made, folder: folder() });
      assert.equal(await countPictures(join(folder(), 'master.m3u8')), pictures);
    });
  }

  /** A recording: what is written to one file after each other. */
  async function record(...parts: string[]): Promise<string> {
    const made = await Promise.all(parts.map((words, index) => makeFile(folder(), `${index}.ts`, words)));
    const file = join(folder(), 'in.ts');
    await writeFile(file, Buffer.concat(await Promise.all(made.map((one) => readFile(one)))));
    return file;
  }

  for (const [title, fromS, pictures] of [
    ['', 3.08, 150],
    [' and pictures overlap', 3, 148],
  ] as const) {
    it(`a recording whose size changes in the middle${title} is scaled to one size`, async () => {
      const file = await record(part('176x144', 0), part('320x180', fromS));
      const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }), chunkMs: 60_000 });
      const made = await convert(file, { folder: folder(), plan, join: ['high'] });
      assert.equal(await countPictures(made.joined[0]!.file.path), pictures);
      await makeLadder({ ...made, folder: folder() });
      assert.equal(await countPictures(join(folder(), 'master.m3u8')), pictures);
    });
  }

  it('a recording whose clock jumps by 1,000 s is made continuous, with a warning', async () => {
    const file = await record(part('160x90', 0), part('160x90', 1003.08));
    const plan = fullPlan(await probe(file), { profile: profileOf({ package: 'hls' }) });
    assert.match(plan.warnings.join(), /a jump of its clock by 1000\.\d s is taken out/);
    assert.ok(Math.abs(plan.probe.durationMs - 6000) < 200, `${plan.probe.durationMs} ms`);
    const made = await convert(file, { folder: folder(), plan, join: ['high'] });
    assert.equal(await countPictures(made.joined[0]!.file.path), 150);
    await makeLadder({ ...made, folder: folder() });
    assert.equal(await countPictures(join(folder(), 'master.m3u8')), 150);
  });
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TranscodePlan } from '../../../contracts/plan.js';
import { convertWhole } from '../../../media/transcode/convert-whole.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, fullPlan, HIGH, probe, profileOf, PROGRAMS } from './conversion.js';
import { FLASH_INDEX, flashS, makeFlashAndBeep, seeAndHear } from './flash-and-beep.js';
import { makeLadder } from './make-ladder.js';
import { mp4Samples } from './mp4-samples.js';

/** What nobody sees or hears, seconds. */
const TOGETHER_S = 0.01;
const AVC = '-c:v libx264 -preset veryfast -g 40';
const RATES = ['25', '30', '30000/1001'];
const PICTURES: Record<string, string> = { 'B-frames': `${AVC} -bf 3`, 'no B-frames': `${AVC} -bf 0` };

interface Source {
  name: string;
  rate: string;
  sampleRate: number;
  options: string;
}

const SOURCES: Record<string, Source> = {
  ...Object.fromEntries(
    RATES.flatMap((rate) =>
      Object.entries(PICTURES).flatMap(([kind, avc]) =>
        [44_100, 48_000].map((sampleRate): [string, Source] => [
          `${rate} pictures a second, ${kind}, ${sampleRate} Hz`,
          { name: 'in.mp4', rate, sampleRate, options: `${avc} -c:a aac` },
        ]),
      ),
    ),
  ),
  'WebM with Opus': {
    name: 'in.webm',
    rate: '30',
    sampleRate: 48_000,
    options: '-c:v libvpx -deadline realtime -cpu-used 8 -g 40 -c:a libopus',
  },
  'a transport stream': { name: 'in.ts', rate: '25', sampleRate: 48_000, options: `${AVC} -bf 3 -c:a aac` },
  'FLV with MP3': { name: 'in.flv', rate: '25', sampleRate: 44_100, options: `${AVC} -bf 3 -c:a libmp3lame` },
};

describe('flash and beep of', () => {
  const folder = useTempFolder();

  /** Sound of 44.1 kHz is encoded anew, the rest is copied where it can be. */
  async function planOf(source: Source, profile = profileOf({ package: 'hls' })) {
    const file = await makeFlashAndBeep(folder(), source.name, source);
    const remux = source.sampleRate === 44_100 ? 'never' : 'auto';
    return { file, plan: fullPlan(await probe(file), { profile, remux }) };
  }

  for (const [title, source] of Object.entries(SOURCES)) {
    it(`${title} are together in the MP4 and in each rendition of the ladder`, async () => {
      const { file, plan } = await planOf(source);
      const made = await convert(file, { folder: folder(), plan, join: ['high'] });
      await isTogether(made.joined[0]!.file.path, {});
      await makeLadder({ ...made, folder: folder() });
      for (const video of plan.renditions.keys()) await isTogether(join(folder(), 'master.m3u8'), { video });
      await isTogetherByTables(folder(), plan, source);
    });
  }

  it('a file that conforms are together in the ladder that it is repackaged into', async () => {
    const source = SOURCES['25 pictures a second, B-frames, 48000 Hz']!;
    const profile = profileOf({ package: 'hls', video: { renditions: [HIGH], gopSeconds: 0.5 } });
    const { file, plan } = await planOf(source, profile);
    assert.equal(plan.decision.kind, 'repackage');
    await convertWhole({ ...PROGRAMS, plan, folder: folder(), file });
    await isTogether(join(folder(), 'master.m3u8'), {});
  });

  for (const sampleRate of [44_100, 48_000]) {
    it(`a file of ${sampleRate} Hz have the beep at its time in the sound alone`, async () => {
      const source = { ...SOURCES['25 pictures a second, B-frames, 48000 Hz']!, sampleRate };
      const { file, plan } = await planOf(source, profileOf({ package: 'audio', video: undefined }));
      const { files } = await convertWhole({ ...PROGRAMS, plan, folder: join(folder(), 'out'), file });
      const { beepS } = await seeAndHear(files[0]!.path);
      assert.ok(Math.abs(beepS! - flashS(source.rate)) <= TOGETHER_S, `the beep is at ${beepS} s`);
    });
  }
});

async function isTogether(file: string, options: { video?: number }): Promise<void> {
  const seen = await seeAndHear(file, options);
  const apartMs = 1000 * (seen.beepS! - seen.flashS!);
  assert.ok(Math.abs(apartMs) <= 1000 * TOGETHER_S, `the beep is ${apartMs.toFixed(1)} ms after the flash`);
}

/** By the tables of the fragments, without a decoder: the sound begins as far before the flash as the source has it. */
async function isTogetherByTables(folder: string, { renditions }: TranscodePlan, { rate }: Source): Promise<void> {
  const [sound] = (await mp4Samples(join(folder, 'audio.m4s'))).tracks;
  const soundS = sound!.ticks[0]! / sound!.timescale;
  for (const { name } of renditions) {
    const [picture] = (await mp4Samples(join(folder, `${name}.m4s`))).tracks;
    const betweenS = picture!.ticks[FLASH_INDEX]! / picture!.timescale - soundS - flashS(rate);
    // Up to two packets of sound come before its first sample, for the sake of the decoder.
    assert.ok(betweenS >= -TOGETHER_S && betweenS < 0.06, `${name}: the sound begins ${betweenS.toFixed(3)} s early`);
    const leadS = (picture!.ticks[0]! - picture!.firstDecoded) / picture!.timescale;
    assert.ok(leadS >= 0 && leadS < 0.002, `${name}: its first picture is decoded ${leadS} s before it is shown`);
  }
}

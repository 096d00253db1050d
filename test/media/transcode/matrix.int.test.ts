import assert from 'node:assert/strict';
import { execa } from 'execa';
import { ownPacketsArgs } from '../../../media/args/transcode/probe.js';
import { parsePacket, type Packet } from '../../../media/transcode/packet-counts.js';
import { readSamples } from '../../../media/transcode/read-samples.js';
import { hashTimeline } from '../../../media/transcode/timeline.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { convert, countPictures, countSamples, FFPROBE, fullPlan, makeFile, probe } from './conversion.js';
import { mp4Samples } from './mp4-samples.js';

const picture = (rate: string, size = '160x90'): string => `-f lavfi -i testsrc2=size=${size}:rate=${rate}`;
const SOUND = '-f lavfi -i sine=frequency=440:sample_rate=48000';
const AVC = '-c:v libx264 -preset ultrafast -bf 2 -g 40';
const SECONDS = '-t 4.8';

interface Case {
  /** Steps before the last, by the name of the file that each makes. */
  before?: Record<string, string>;
  make: string;
  name: string;
  /** Pictures that are expected, where they are not all that a decoder gives. */
  pictures?: number;
  /** Sound that is not to begin with the picture, as it would if it were forgotten, seconds. */
  delayS?: number;
  size?: [number, number];
}

const plain = `${picture('25')} ${SOUND} ${SECONDS} ${AVC} -c:a aac`;
const before = { 'plain.mp4': plain };

const CASES: Record<string, Case> = {
  '25 pictures a second': { make: plain, name: 'in.mp4' },
  '29.97 pictures a second': { make: `${picture('30000/1001')} ${SOUND} ${SECONDS} ${AVC} -c:a aac`, name: 'in.mp4' },
  '60 pictures a second': { make: `${picture('60')} ${SOUND} ${SECONDS} ${AVC} -c:a aac`, name: 'in.mp4' },
  '120 pictures a second, which is thinned out to 60': {
    make: `${picture('120')} ${SOUND} -t 3.2 ${AVC} -c:a aac`,
    name: 'in.mp4',
    pictures: 192,
  },
  'a variable rate': {
    make: `${picture('25')} ${SOUND} ${SECONDS} -vf select='not(mod(n\\,7))+not(mod(n\\,3))+lt(mod(n\\,50)\\,20)' -fps_mode vfr ${AVC} -c:a aac`,
    name: 'in.mp4',
  },
  'a variable rate in Matroska': {
    make: `${picture('25')} ${SOUND} ${SECONDS} -vf select='not(mod(n\\,7))+not(mod(n\\,3))+lt(mod(n\\,50)\\,20)' -fps_mode vfr ${AVC} -c:a aac`,
    name: 'in.mkv',
  },
  'open GOPs': {
    make: `${picture('30000/1001')} ${SOUND} ${SECONDS} ${AVC} -x264-params open-gop=1 -c:a aac`,
    name: 'in.mp4',
  },
  'open GOPs in a transport stream': {
    make: `${picture('30000/1001')} ${SOUND} ${SECONDS} ${AVC} -x264-params open-gop=1 -c:a aac`,
    name: 'in.ts',
  },
  FLV: { make: `${picture('30')} ${SOUND} ${SECONDS} ${AVC} -c:a aac`, name: 'in.flv' },
  'AVI, whose time base is no whole number of ticks': {
    make: `${picture('30000/1001')} ${SOUND} ${SECONDS} -c:v mpeg4 -bf 0 -c:a mp3`,
    name: 'in.avi',
  },
  'AVI with pictures out of order, whose times only a decoder knows': {
    make: `${picture('25')} ${SOUND} ${SECONDS} ${AVC} -c:a aac`,
    name: 'in.avi',
  },
  'MP4 in fragments': {
    before,
    make: '-i {folder}/plain.mp4 -c copy -movflags +frag_keyframe+delay_moov',
    name: 'in.mp4',
  },
  WebM: {
    make: `${picture('25')} ${SOUND} ${SECONDS} -c:v libvpx -deadline realtime -cpu-used 8 -g 40 -c:a libopus`,
    name: 'in.webm',
  },
  'one channel at 44.1 kHz': {
    make: `${picture('25')} -f lavfi -i sine=frequency=440:sample_rate=44100 ${SECONDS} ${AVC} -ac 1 -c:a aac`,
    name: 'in.mp4',
  },
  'sound at 44.1 kHz that has to be encoded': {
    make: `${picture('25')} -f lavfi -i sine=frequency=440:sample_rate=44100 ${SECONDS} ${AVC} -c:a libmp3lame`,
    name: 'in.flv',
  },
  '5.1 channels': {
    make: `${picture('25')} -f lavfi -i aevalsrc=0.1*sin(3000*t)|0.1|0|0|0|0:c=5.1:s=48000 ${SECONDS} ${AVC} -c:a aac`,
    name: 'in.mp4',
  },
  'no sound': { make: `${picture('25')} ${SECONDS} ${AVC} -an`, name: 'in.mp4' },
  'a picture on its side': {
    before,
    make: '-i {folder}/plain.mp4 -c copy -metadata:s:v rotate=90',
    name: 'in.mp4',
    size: [50, 90],
  },
  'sound that begins later': {
    before,
    make: '-i {folder}/plain.mp4 -itsoffset 0.7 -i {folder}/plain.mp4 -map 0:v -map 1:a -c copy',
    name: 'in.ts',
    delayS: 0.7,
  },
  'a picture that begins later': {
    before,
    make: '-itsoffset 0.7 -i {folder}/plain.mp4 -i {folder}/plain.mp4 -map 0:v -map 1:a -c copy',
    name: 'in.mkv',
    delayS: -0.7,
  },
  'an edit list that begins between keyframes': {
    before,
    make: '-ss 1.1 -i {folder}/plain.mp4 -c copy',
    name: 'in.mp4',
  },
  'interlaced pictures': {
    make: `${picture('50', '160x96')} ${SOUND} ${SECONDS} -vf interlace -flags +ildct+ilme -c:v mpeg2video -b:v 1M -bf 2 -c:a mp2`,
    name: 'in.ts',
    size: [150, 90],
  },
  '10 bits and HDR': {
    make: `${picture('25')} ${SOUND} ${SECONDS} -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast -x265-params log-level=none -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -c:a aac`,
    name: 'in.mp4',
  },
  'odd sizes without subsampling': {
    make: `${picture('25', '163x91')} ${SOUND} ${SECONDS} -pix_fmt yuv444p -c:v libx264 -preset ultrafast -c:a aac`,
    name: 'in.mkv',
    size: [162, 90],
  },
  'pixels that are not square': {
    make: `${picture('25')} ${SOUND} ${SECONDS} -vf setsar=2 ${AVC} -c:a aac`,
    name: 'in.mp4',
    size: [320, 90],
  },
  'a time base finer than a microsecond': {
    make: `${picture('24000/1001')} ${SOUND} ${SECONDS} ${AVC} -video_track_timescale 9999991 -c:a aac`,
    name: 'in.mp4',
  },
};

describe('a transcode in chunks of a file with', () => {
  const folder = useTempFolder();

  for (const [title, { before: steps = {}, make, name, pictures, delayS, size }] of Object.entries(CASES)) {
    it(`${title} has every picture at its time and all the sound`, async () => {
      for (const [step, words] of Object.entries(steps)) await makeFile(folder(), step, words);
      const file = await makeFile(folder(), name, make);
      const plan = fullPlan(await probe(file));
      const { joined } = await convert(file, { folder: folder(), plan, join: ['high'] });
      const output = joined[0]!.file;
      const expected = pictures ?? (await countPictures(file));
      assert.equal(plan.decision.kind, 'encode');
      assert.ok(plan.chunks.length > 1 || plan.probe.video?.timelineFrom === 'pictures', 'it has several chunks');
      assert.equal(output.frames, expected);

      await assertReadAlike(output.path);
      const { isFaststart, tracks } = await mp4Samples(output.path);
      assert.ok(isFaststart);
      const [video, audio] = ['video', 'audio'].map((kind) => tracks.find((track) => track.kind === kind));
      assert.equal(video?.samples, expected);
      assert.equal(video.timescale, plan.probe.video?.timeBase[1]);
      assert.equal(hashTimeline(video.ticks), plan.timelineSha256);
      assert.deepEqual([video.width, video.height], size ?? [160, 90]);
      if (plan.audio === 'none') {
        assert.equal(audio, undefined);
        return;
      }
      const steps1024 = new Set(audio!.ticks.slice(1, -1).map((tick, index) => tick - audio!.ticks[index]!));
      assert.deepEqual([...steps1024], [1024]);
      await assertSound({ file, output: output.path, delayS, sampleRate: plan.probe.audio!.sampleRate });
      if (delayS !== undefined) await assertDelay(output.path, delayS);
    });
  }
});

/** What proofs read of a file is what a demuxer reads of it. */
async function assertReadAlike(file: string): Promise<void> {
  for (const track of ['video', 'audio'] as const) {
    const args = ['-v', 'error', ...ownPacketsArgs({ file, track: `${track[0]}:0` })];
    const lines = (await execa(FFPROBE, args)).stdout.split('\n');
    const demuxed = lines.flatMap((line) => parsePacket(line) ?? []);
    const { packets, timeBase } = await readSamples(file, track === 'video' ? 'vide' : 'soun');
    const told = (one: Packet) => [one.pts, one.dts, one.sizeBytes, one.isKey, one.isDiscarded];
    assert.deepEqual(packets.map(told), demuxed.map(told));
    if (packets.length === 0) continue;
    assert.equal(lines.at(-1), timeBase.join('/'));
    if (track === 'audio') assert.equal(packets.at(-1)!.duration, demuxed.at(-1)!.duration);
  }
}

/** A decoder gives whole packets of AAC: less than one more than the source has, and one more where sound begins late. */
async function assertSound(options: { file: string; output: string; delayS: number | undefined; sampleRate: number }) {
  const { file, output, delayS, sampleRate } = options;
  const [before, after] = [await countSamples(file), await countSamples(output)];
  const excess = after - before;
  const mostOf = 1024 * ((delayS ?? 0) > 0 ? 2 : 1);
  assert.ok(excess >= 0 && excess < mostOf, `${before} samples came in, ${after} went out at ${sampleRate} Hz`);
}

async function assertDelay(output: string, delayS: number): Promise<void> {
  const { probe: made } = await probe(output);
  const videoS = made.video!.firstPts / made.video!.timeBase[1];
  assert.ok(Math.abs(made.audio!.startS - videoS - delayS) < 0.03, `${made.audio!.startS - videoS} s`);
}

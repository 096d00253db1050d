import assert from 'node:assert/strict';
import type { Chunk, TranscodePlan, VideoTrack } from '../../../../contracts/plan.js';
import { audioArgs } from '../../../../media/args/transcode/audio.js';
import { encodeChunkArgs, pictureFilters } from '../../../../media/args/transcode/encode-chunk.js';
import { concatList, joinMp4Args } from '../../../../media/args/transcode/join.js';
import { profileOf } from '../../../media/transcode/conversion.js';

const VIDEO: VideoTrack = {
  index: 0,
  codec: 'h264',
  profile: 'High',
  pixelFormat: 'yuv420p',
  width: 160,
  height: 90,
  rotation: 0,
  timeBase: [1, 30_000],
  frames: 300,
  leftOut: 0,
  timelineFrom: 'packets',
  firstPts: 600,
  durationTicks: 300_300,
  fps: 29.97,
  isInterlaced: false,
  color: { space: 'bt709' },
  bitrateKbps: 2000,
  maxGopMs: 2000,
  hasOpenGops: false,
};
const CHUNKS: Chunk[] = [
  { index: 0, firstFrame: 0, frames: 150, startTicks: 0, durationTicks: 150_150, timelineSha256: '' },
  {
    index: 1,
    firstFrame: 150,
    frames: 150,
    startTicks: 150_150,
    seekS: 4.8,
    durationTicks: 150_150,
    timelineSha256: '',
  },
];
const PLAN = {
  profile: profileOf(),
  chunks: CHUNKS,
  renditions: [{ name: 'high', width: 160, height: 90, crf: 30, maxrateKbps: 2000 }],
  isToneMapped: false,
} as unknown as TranscodePlan;

describe('the command lines of a transcode', () => {
  it('enter the file at a keyframe, choose pictures by their ticks, and let no other keyframe in', () => {
    const args = encodeChunkArgs({
      plan: PLAN,
      video: VIDEO,
      chunk: CHUNKS[1]!,
      file: '/in.mp4',
      outputs: ['/out.mp4'],
      threads: 2,
      keyExpression: 'expr:1',
    });
    const line = args.join(' ');
    assert.equal(
      line,
      '-copyts -threads 2 -filter_complex_threads 1 -noaccurate_seek -seek_timestamp 1 -ss 4.800000 -reinit_filter 0 ' +
        '-protocol_whitelist file,pipe -format_whitelist mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flv,live_flv,avi,mpegts,mpeg,asf,mp3,wav,ogg,flac,aac,gif ' +
        '-max_pixels 67108864 -i file:/in.mp4 ' +
        '-filter_complex [0:0]settb=1/30000,trim=start_pts=150750,setpts=PTS-150750,split=1[s0];' +
        '[s0]scale=160:90:flags=bicubic:out_range=tv,format=yuv420p,setsar=1[o0] ' +
        '-map [o0] -c:v libx264 -preset veryfast -threads 2 -crf 30 -maxrate 2000k -bufsize 4000k ' +
        '-g 100000 -keyint_min 1 -sc_threshold 0 -flags +cgop -force_key_frames expr:1 ' +
        '-colorspace bt709 -color_range tv -frames:v 150 -fps_mode passthrough -enc_time_base 1/30000 ' +
        '-video_track_timescale 30000 -map_metadata -1 -map_chapters -1 -f mp4 file:/out.mp4',
    );
  });

  it('end a chunk where the next one begins, and the last one where the file ends', () => {
    const [first, last] = CHUNKS.map((chunk) => pictureFilters({ plan: PLAN, video: VIDEO, chunk }).join());
    assert.equal(first, 'settb=1/30000,trim=start_pts=600:end_pts=150750,setpts=PTS-600');
    assert.equal(last, 'settb=1/30000,trim=start_pts=150750,setpts=PTS-150750');
  });

  it('deinterlace before pictures are chosen, and thin them out after', () => {
    const filters = pictureFilters({
      plan: { ...PLAN, minStepTicks: 475 },
      video: { ...VIDEO, isInterlaced: true },
      chunk: CHUNKS[1]!,
    });
    assert.deepEqual(
      filters.map((filter) => filter.split('=')[0]),
      ['bwdif', 'settb', 'trim', 'select', 'setpts'],
    );
  });

  it('join hundreds of chunks without adding up what their times are rounded by', () => {
    const durationTicks = 1001;
    const chunks = Array.from({ length: 500 }, (_, index) => ({ startTicks: index * durationTicks, durationTicks }));
    const list = concatList(
      chunks.map((_, index) => `/tmp/it's/${index}.mp4`),
      { chunks, timeBase: [1, 30_000] },
    );
    const sum = [...list.matchAll(/^duration (\d+)us$/gm)].reduce((total, [, us]) => total + Number(us), 0);
    assert.equal(sum, Math.round((500 * 1001 * 1e6) / 30_000));
    assert.match(list, /^file 'file:\/tmp\/it'\\''s\/0\.mp4'$/m);
  });

  it('delay whichever of sound and picture begins later, and give no rate', () => {
    const intent = { list: '/l', audio: '/a.m4a', timeBase: [1, 30_000] as const, output: '/o.mp4' };
    const later = joinMp4Args({ ...intent, audioDelayS: 0.7 }).join(' ');
    const earlier = joinMp4Args({ ...intent, audioDelayS: -0.7 }).join(' ');
    assert.match(later, /-itsoffset 0\.700000 -protocol_whitelist file -i file:\/a\.m4a/);
    assert.match(earlier, /^-copyts -itsoffset 0\.700000 .* -f concat/);
    assert.doesNotMatch(joinMp4Args({ ...intent, audioDelayS: 0 }).join(' '), /itsoffset/);
    for (const line of [later, earlier]) assert.doesNotMatch(line, / -r /);
  });

  it('count the packets of sound whose times are rounded, and fill its gaps', () => {
    const track = {
      index: 1,
      codec: 'aac',
      profile: 'LC',
      channels: 6,
      sampleRate: 48_000,
      startS: 0.021,
      endS: 10,
      bitrateKbps: 128,
      hasRoundedTimes: true,
      gaps: 1,
    };
    const intent = { file: '/in.mkv', track, profile: profileOf({ audio: {} }), output: '/a.m4a' };
    const copied = audioArgs({ ...intent, treatment: 'copy' }).join(' ');
    assert.match(copied, /-itsoffset -0\.021000 .*-c:a copy -bsf:a setts=ts=N\*1024:duration=1024:time_base=1\/48000/);
    const encoded = audioArgs({ ...intent, treatment: 'encode' }).join(' ');
    assert.match(
      encoded,
      /-c:a aac -b:a 128k -ac 2 -ar 48000 -af aresample=async=1:min_hard_comp=0\.02,asetpts=round\(N\/SR\/TB\)\+STARTPTS/,
    );
  });
});

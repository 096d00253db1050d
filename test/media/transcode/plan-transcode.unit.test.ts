import assert from 'node:assert/strict';
import type { AudioTrack, MediaProbe, VideoTrack } from '../../../contracts/plan.js';
import type { ProfileInput } from '../../../contracts/profile.js';
import type { TranscodeSettings } from '../../../contracts/transcode.js';
import { planTranscode } from '../../../media/transcode/plan-transcode.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { profileSchema } from '../../../contracts/profile.js';

const FRAMES = 250;
const VIDEO: VideoTrack = {
  index: 0,
  codec: 'h264',
  profile: 'High',
  pixelFormat: 'yuv420p',
  width: 1280,
  height: 720,
  rotation: 0,
  timeBase: [1, 1000],
  frames: FRAMES,
  leftOut: 0,
  timelineFrom: 'packets',
  firstPts: 80,
  durationTicks: 10_000,
  fps: 25,
  isInterlaced: false,
  color: {},
  bitrateKbps: 2000,
  maxGopMs: 2000,
  hasOpenGops: false,
};
const AUDIO: AudioTrack = {
  index: 1,
  codec: 'aac',
  profile: 'LC',
  channels: 2,
  sampleRate: 48_000,
  startS: 0,
  endS: 10,
  bitrateKbps: 128,
  hasRoundedTimes: false,
  gaps: 0,
};
const PROBE: MediaProbe = {
  container: 'mov,mp4,m4a,3gp,3g2,mj2',
  durationMs: 10_000,
  video: VIDEO,
  audio: AUDIO,
  otherTracks: 0,
  isFaststart: true,
  warnings: [],
};
const rendition = (height: number) => ({ name: `${height}p`, height, maxrateKbps: 3000 });

interface Given {
  probe?: Partial<MediaProbe>;
  video?: Partial<VideoTrack>;
  audio?: Partial<AudioTrack>;
  profile?: Partial<ProfileInput>;
  remux?: TranscodeSettings['remux'];
  canToneMap?: boolean;
}

function plan({ probe = {}, video = {}, audio = {}, profile = {}, remux = 'auto', canToneMap = true }: Given = {}) {
  const whole = { ...PROBE, video: { ...VIDEO, ...video }, audio: { ...AUDIO, ...audio }, ...probe };
  const timeline = Array.from({ length: FRAMES }, (_, index) => 80 + index * 40);
  const parsed = profileSchema.parse({
    name: 'test',
    version: 1,
    package: 'mp4',
    video: { renditions: [rendition(720)] },
    audio: {},
    ...profile,
  });
  const keyframes = [0, 2000, 4000, 6000, 8000].map((ticks) => ({ ticks: ticks + 80, seekS: ticks / 1000 }));
  return planTranscode({ probe: whole, timeline, keyframes, profile: parsed, remux, chunkMs: 4000, canToneMap });
}

describe('the plan of a transcode', () => {
  const CASES: Record<string, [given: Given, kind: string, reason: RegExp]> = {
    'a file that is as wanted': [{}, 'copy', /as wanted already/],
    'an index at the end': [{ probe: { isFaststart: false } }, 'repackage', /its index is at the end/],
    'another container': [{ probe: { container: 'matroska,webm' } }, 'repackage', /not MP4/],
    'other tracks': [{ probe: { otherTracks: 1 } }, 'repackage', /1 other tracks/],
    'audio that is not wanted': [{ profile: { audio: undefined } }, 'repackage', /it has audio/],
    'HLS of one rendition': [{ profile: { package: 'hls' } }, 'repackage', /HLS is wanted/],
    'HLS of open GOPs': [{ profile: { package: 'hls' }, video: { hasOpenGops: true } }, 'encode', /cut cleanly/],
    'another codec': [{ video: { codec: 'vp9' } }, 'encode', /is vp9, not H.264/],
    '10 bits': [{ video: { pixelFormat: 'yuv420p10le' } }, 'encode', /yuv420p10le, not 8-bit/],
    'too many lines': [{ video: { width: 1920, height: 1080 } }, 'encode', /1920x1080, above 1280x720/],
    'too many bits': [{ video: { bitrateKbps: 9000 } }, 'encode', /9000 kbit\/s, above 3000/],
    'too many pictures': [{ video: { fps: 120 } }, 'encode', /120.00 pictures a second, above 60/],
    'interlaced pictures': [{ video: { isInterlaced: true } }, 'encode', /interlaced/],
    'rare keyframes': [{ video: { maxGopMs: 12_000 } }, 'encode', /12.0 s apart/],
    'packets before its start in another container': [
      { video: { leftOut: 3 }, probe: { isFaststart: false } },
      'encode',
      /3 of its packets are not to be shown/,
    ],
    'audio of another codec': [{ audio: { codec: 'opus', profile: '' } }, 'encode', /the audio is opus/],
    'audio of too many channels': [{ audio: { channels: 6 } }, 'encode', /6 channels, above 2/],
    'audio with gaps': [{ audio: { gaps: 2 } }, 'encode', /2 gaps/],
    'a ladder': [{ profile: { video: { renditions: [rendition(360), rendition(720)] } } }, 'encode', /2 renditions/],
    'a request that never copies': [{ remux: 'never' }, 'encode', /never to copy/],
    'sound alone': [{ profile: { package: 'audio', video: undefined } }, 'repackage', /it has video/],
    'sound alone of another codec': [
      { profile: { package: 'audio', video: undefined }, audio: { codec: 'mp3' } },
      'encode',
      /is mp3/,
    ],
  };

  for (const [title, [given, kind, reason]] of Object.entries(CASES)) {
    it(`for ${title} is to ${kind}`, () => {
      const { decision } = plan(given);
      assert.equal(decision.kind, kind);
      assert.match(decision.reason, reason);
    });
  }

  it('refuses what only encoding could make where it must not encode', () => {
    assert.throws(() => plan({ video: { codec: 'vp9' }, remux: 'always' }), failingWith('remux-impossible'));
    assert.throws(() => plan({ video: { codec: 'vp9' }, remux: 'always' }), /is vp9, not H.264/);
    assert.equal(plan({ remux: 'always' }).decision.kind, 'copy');
  });

  it('copies sound that conforms beside pictures that are encoded', () => {
    assert.equal(plan({ video: { codec: 'vp9' } }).audio, 'copy');
    assert.equal(plan({ video: { codec: 'vp9' }, audio: { codec: 'mp3' } }).audio, 'encode');
    assert.equal(plan({ remux: 'never' }).audio, 'encode');
    assert.equal(plan({ profile: { audio: undefined } }).audio, 'none');
  });

  it('has chunks only where pictures are encoded, and one hash of all their times', () => {
    assert.deepEqual(plan().chunks, []);
    const encoded = plan({ remux: 'never' });
    assert.equal(encoded.chunks.length, 3);
    assert.equal(encoded.timelineSha256, plan().timelineSha256);
  });

  for (const [height, width, expected] of [
    [1080, 1920, ['360p 640x360', '720p 1280x720', '1080p 1920x1080']],
    [900, 1600, ['360p 640x360', '720p 1280x720', '1080p 1600x900']],
    [720, 1280, ['360p 640x360', '720p 1280x720']],
    [361, 641, ['360p 640x360']],
    [240, 321, ['360p 320x240']],
    [1280, 720, ['360p 202x360', '720p 406x720', '1080p 608x1080']],
  ] as const) {
    it(`of ${width}x${height} enlarges nothing`, () => {
      const renditions = [rendition(1080), rendition(360), rendition(720)];
      const planned = plan({ video: { width, height }, profile: { video: { renditions } } });
      assert.deepEqual(
        planned.renditions.map((one) => `${one.name} ${one.width}x${one.height}`),
        expected,
      );
    });
  }

  it('maps the tones of HDR where ffmpeg can, and warns where it cannot', () => {
    const video = { pixelFormat: 'yuv420p10le', color: { transfer: 'smpte2084' } };
    assert.equal(plan({ video }).isToneMapped, true);
    const without = plan({ video, canToneMap: false });
    assert.equal(without.isToneMapped, false);
    assert.match(without.warnings.join(), /cannot map tones/);
  });

  it('says what is missing or left out', () => {
    assert.throws(() => plan({ probe: { video: undefined } as never }), failingWith('input-no-video'));
    assert.deepEqual(plan({ probe: { otherTracks: 2 } }).warnings, ['2 other tracks are left out']);
    assert.deepEqual(plan({ probe: { audio: undefined } as never }).warnings, ['there is no audio']);
  });
});

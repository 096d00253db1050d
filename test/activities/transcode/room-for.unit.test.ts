import assert from 'node:assert/strict';
import { roomFor, scratchNeed } from '../../../activities/transcode/room-for.js';
import type { PlannedRendition, TranscodePlan } from '../../../contracts/plan.js';
import { BUILT_IN_PROFILES, type Profile } from '../../../contracts/profile.js';

const GIB = 1024 ** 3;
const DEFAULT_SCRATCH = 20 * GIB;
const MINUTE_MS = 60_000;

interface Film {
  minutes: number;
  inputBytes: number;
  profile: string;
  kind?: TranscodePlan['decision']['kind'];
}

const profileOf = (name: string): Profile => BUILT_IN_PROFILES.find((one) => one.name === name)!;

function planOf({ minutes, inputBytes, profile, kind = 'encode' }: Film): TranscodePlan {
  const found = profileOf(profile);
  const renditions: PlannedRendition[] = (found.video?.renditions ?? []).map((one) => ({ ...one, width: 1920 }));
  const chunks = Array.from({ length: kind === 'encode' && found.video ? minutes : 0 }, (_, index) => ({
    index,
    firstFrame: index * 1500,
    frames: 1500,
    startTicks: index * 60_000,
    durationTicks: 60_000,
    timelineSha256: '',
  }));
  return {
    version: 1,
    unit: 'u',
    input: { sizeBytes: inputBytes, tag: 'e' },
    profile: found,
    decision: { kind, reason: '' },
    probe: {
      container: 'mov',
      durationMs: minutes * MINUTE_MS,
      video: { timeBase: [1, 1000] } as unknown as NonNullable<TranscodePlan['probe']['video']>,
      otherTracks: 0,
      isFaststart: true,
      warnings: [],
    },
    renditions,
    chunks,
    audio: 'encode',
    isToneMapped: false,
    warnings: [],
  };
}

describe('the room that a task takes in the scratch folder', () => {
  const fits: [what: string, film: Film, isFitting: boolean][] = [
    ['a ladder of 90 minutes', { minutes: 90, inputBytes: 8 * GIB, profile: 'hls' }, true],
    ['a ladder of 3 hours', { minutes: 180, inputBytes: 16 * GIB, profile: 'hls' }, true],
    ['a ladder of 4 hours', { minutes: 240, inputBytes: 16 * GIB, profile: 'hls' }, false],
    ['a file of 3 hours', { minutes: 180, inputBytes: 16 * GIB, profile: 'mp4-1080p' }, true],
    ['an input of nearly all of it', { minutes: 90, inputBytes: 19.5 * GIB, profile: 'mp4-1080p' }, true],
    ['an input of all of it', { minutes: 90, inputBytes: 20 * GIB, profile: 'mp4-1080p' }, false],
    ['a copy of 9 GiB', { minutes: 90, inputBytes: 9 * GIB, profile: 'mp4-1080p', kind: 'repackage' }, true],
    ['a copy of 10 GiB', { minutes: 90, inputBytes: 10 * GIB, profile: 'mp4-1080p', kind: 'repackage' }, false],
    ['what is left as it is', { minutes: 90, inputBytes: 19 * GIB, profile: 'mp4-1080p', kind: 'copy' }, true],
    ['sound alone', { minutes: 600, inputBytes: 10 * GIB, profile: 'audio', kind: 'encode' }, true],
  ];
  for (const [what, film, isFitting] of fits)
    it(`${isFitting ? 'is' : 'is not'} within the default for ${what}`, () =>
      assert.equal(scratchNeed(planOf(film), {}) <= DEFAULT_SCRATCH, isFitting));

  it('is that of the largest rendition of a ladder, and not of all', () => {
    const plan = planOf({ minutes: 90, inputBytes: GIB, profile: 'hls' });
    const { bytes } = roomFor(plan, { piece: { kind: 'ladder' } });
    assert.equal(bytes, (2.5 * 5500 * 90 * MINUTE_MS) / 8);
  });

  it('holds the input beside a rendition that is compared with it', () => {
    const plan = planOf({ minutes: 180, inputBytes: 16 * GIB, profile: 'mp4-1080p' });
    assert.ok(scratchNeed(plan, { minSsim: 0.9 }) > DEFAULT_SCRATCH);
  });

  it('is never less than its input', () => {
    const plan = planOf({ minutes: 1, inputBytes: 5 * GIB, profile: 'mp4-360p', kind: 'copy' });
    assert.ok(scratchNeed(plan, {}) >= 5 * GIB);
  });
});

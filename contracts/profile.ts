import { z } from 'zod';
import { fault } from './errors.js';
import { fields, name, parseRequest } from './request.js';

/*
 * What a transcode is to make of a video, as data. A profile is named and versioned, and never changed once it is
 * published: another version is another profile. Nothing in it reaches a command line but by the argument builders.
 */
export const PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow'] as const;

const crf = z.int().min(10, 'expected 10 (best) to 40').max(40, 'expected 10 (best) to 40');
const height = z.int().min(64, 'expected 64 to 4320 lines').max(4320, 'expected 64 to 4320 lines').multipleOf(2);
const maxrateKbps = z.int().min(50).max(100_000);
const audioBitrateKbps = z.int().min(24).max(512);

const rendition = fields({
  name,
  /** Lines of the picture as it is shown; the width follows from the aspect. A smaller source is not enlarged. */
  height,
  /** Constant quality of x264, capped by the rate. */
  crf: crf.default(23),
  maxrateKbps,
});
export type Rendition = z.output<typeof rendition>;

export const profileSchema = fields({
  name,
  version: z.int().min(1),
  /** `mp4`: a file for each rendition. `hls`: a CMAF ladder with one audio track. `audio`: an M4A file. */
  package: z.enum(['mp4', 'hls', 'audio']),
  video: fields({
    renditions: z.array(rendition).min(1).max(8),
    preset: z.enum(PRESETS).default('veryfast'),
    /** Seconds between keyframes, the same in every rendition; an HLS segment is two of them. */
    gopSeconds: z.number().min(0.5).max(10).default(2),
    /** A faster source is thinned out to this rate. */
    maxFps: z.int().min(10).max(120).default(60),
  }).optional(),
  audio: fields({
    bitrateKbps: audioBitrateKbps.default(128),
    /** More channels than this are mixed down. */
    maxChannels: z.int().min(1).max(6).default(2),
  }).optional(),
  thumbnails: fields({
    everySeconds: z.number().min(0.5).max(600).default(10),
    width: z.int().min(32).max(1280).multipleOf(2).default(160),
    /** Pictures side by side, and one below another, in one sheet. */
    columns: z.int().min(1).max(20).default(10),
    rows: z.int().min(1).max(20).default(10),
  }).optional(),
})
  .refine(({ package: kind, video }) => (kind === 'audio') === (video === undefined), {
    path: ['video'],
    error: 'expected renditions for mp4 and hls, and none for audio',
  })
  .refine(({ package: kind, audio }) => kind !== 'audio' || audio, { path: ['audio'], error: 'expected audio' })
  .refine(({ video }) => isDistinct(video?.renditions.map((one) => one.name) ?? []), {
    path: ['video.renditions'],
    error: 'expected a name of its own for each rendition',
  });
export type ProfileInput = z.input<typeof profileSchema>;
export type Profile = z.output<typeof profileSchema>;

/** What one task may change of its profile. */
export const parametersSchema = fields({
  crf: crf.optional(),
  maxHeight: height.optional(),
  maxrateKbps: maxrateKbps.optional(),
  preset: z.enum(PRESETS).optional(),
  gopSeconds: z.number().min(0.5).max(10).optional(),
  audioBitrateKbps: audioBitrateKbps.optional(),
  thumbnails: z.boolean().optional(),
});
export type Parameters = z.infer<typeof parametersSchema>;

const ladder = [
  { name: '1080p', height: 1080, crf: 22, maxrateKbps: 5500 },
  { name: '720p', height: 720, crf: 23, maxrateKbps: 3000 },
  { name: '480p', height: 480, crf: 24, maxrateKbps: 1500 },
  { name: '360p', height: 360, crf: 25, maxrateKbps: 800 },
];
const thumbnails = { everySeconds: 10 };

/** Always there. One of the same name and version in the store is never looked at. */
export const BUILT_IN_PROFILES: readonly Profile[] = (
  [
    { name: 'mp4-1080p', package: 'mp4', video: { renditions: ladder.slice(0, 1) }, audio: {}, thumbnails },
    { name: 'mp4-720p', package: 'mp4', video: { renditions: ladder.slice(1, 2) }, audio: {}, thumbnails },
    { name: 'mp4-360p', package: 'mp4', video: { renditions: ladder.slice(3) }, audio: {} },
    { name: 'hls', package: 'hls', video: { renditions: ladder }, audio: {}, thumbnails },
    { name: 'audio', package: 'audio', audio: {} },
  ] satisfies Omit<ProfileInput, 'version'>[]
).map((profile) => profileSchema.parse({ ...profile, version: 1 }));

export const parseProfile = (input: unknown): Profile => parseRequest(profileSchema, input);

const PROFILE_REFERENCE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})(?:@(\d{1,6}))?$/;

export interface ProfileRef {
  name: string;
  /** The newest where it is missing. */
  version?: number;
}

/** `mp4-720p` or `mp4-720p@2`. */
export function parseProfileRef(text: string): ProfileRef {
  const [, profileName, version] = PROFILE_REFERENCE.exec(text) ?? [];
  if (profileName === undefined)
    throw fault('profile-not-found', `profile ${JSON.stringify(text.slice(0, 120))}: expected NAME or NAME@VERSION`);
  return version === undefined ? { name: profileName } : { name: profileName, version: Number(version) };
}

/** The profile as one task wants it: its renditions lowest first, and none above the limit but the lowest. */
export function withParameters(profile: Profile, parameters: Parameters): Profile {
  const { crf, maxHeight = Infinity, maxrateKbps = Infinity, preset, gopSeconds, audioBitrateKbps } = parameters;
  const { video, audio, thumbnails: sheets, ...rest } = profile;
  const ordered = [...(video?.renditions ?? [])].sort((a, b) => a.height - b.height);
  const renditions = ordered
    .filter((one, index) => index === 0 || one.height <= maxHeight)
    .map((one) => ({
      ...one,
      height: Math.min(one.height, maxHeight),
      crf: crf ?? one.crf,
      maxrateKbps: Math.min(one.maxrateKbps, maxrateKbps),
    }));
  return {
    ...rest,
    ...(video
      ? { video: { ...video, renditions, preset: preset ?? video.preset, gopSeconds: gopSeconds ?? video.gopSeconds } }
      : {}),
    ...(audio ? { audio: { ...audio, bitrateKbps: audioBitrateKbps ?? audio.bitrateKbps } } : {}),
    ...(sheets && parameters.thumbnails !== false ? { thumbnails: sheets } : {}),
  };
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

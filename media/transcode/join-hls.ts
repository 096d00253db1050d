import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import type { TranscodePlan } from '../../contracts/plan.js';
import { hlsArgs, ticksForOne } from '../args/transcode/hls.js';
import { gopSecondsOf } from './encode-chunk.js';
import { avcCodec, hlsMaster, bitratesOf, type HlsTrack } from './hls-playlist.js';
import { frameCount, renditionOf, writeList, type JoinOptions } from './join-mp4.js';
import type { MadeFile, PieceCost, PieceOptions } from './piece.js';
import { proveAudio } from './prove-audio.js';
import { proveJoints } from './prove-joints.js';
import { proveVideo } from './prove-video.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { audioDelayS, audioOf, audioSlackS, videoOf } from './video-of.js';

export interface HlsPart extends PieceCost {
  /** The playlist, then its media. */
  files: MadeFile[];
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const INIT_BYTES = 4096;
/** Head-room on the shared clock for what an encoder of sound puts before its first sample. */
const HEAD_ROOM_S = 0.5;
const GOPS_PER_SEGMENT = 2;
/** How far a track may be from its place on the shared clock, seconds: times are rounded to ticks. */
const PLACE_S = 0.001;

/** The chunks of one rendition as a track of an HLS ladder, proven like an MP4. */
export async function joinHlsRendition(options: Omit<JoinOptions, 'audioPath'>): Promise<HlsPart> {
  const { plan, folder, rendition, ffprobe, signal } = options;
  const { width, height } = renditionOf(plan, rendition);
  const { timeBase } = videoOf(plan);
  await mkdir(folder, { recursive: true });
  const list = await writeList(options);
  const { media, playlist } = pathsOf(folder, rendition);
  const startS = pictureStartS(plan);
  const segmentSeconds = GOPS_PER_SEGMENT * gopSecondsOf(plan);
  const { cpuSeconds, log } = await runFfmpeg({
    ...options,
    isOwnWork: true,
    args: hlsArgs({ list, timeBase, startS, segmentSeconds, media, playlist }),
  });
  await rm(list);
  const frames = frameCount(plan);
  const packets = await proveVideo(
    { ffprobe, file: media, signal },
    {
      what: rendition,
      timeBase,
      finer: ticksForOne(timeBase),
      frames,
      timelineSha256: plan.timelineSha256 ?? '',
      ...(plan.chunks.length > 0 ? { keys: { gopSeconds: gopSecondsOf(plan), startTicks: 0 } } : {}),
    },
  );
  provePlace(rendition, { foundS: (packets[0]?.pts ?? NaN) / timeBase[1], promisedS: startS });
  const joints = await proveJoints(options, { output: media, what: rendition, startTicks: packets[0]?.pts ?? 0 });
  const codec = avcCodec(await headOf(media));
  if (codec === undefined) throw fault('output-unproven', `${rendition} does not say what codec it has`);
  const files = await describe(folder, rendition, { rendition, width, height, frames, codecs: [codec] });
  return { files, cpuSeconds: cpuSeconds + joints.cpuSeconds, log };
}

/** The sound of an HLS ladder, which all of its renditions share. */
export async function joinHlsAudio(options: PieceOptions & { audioPath: string }): Promise<HlsPart> {
  const { plan, folder, audioPath, ffprobe, signal } = options;
  await mkdir(folder, { recursive: true });
  const { media, playlist } = pathsOf(folder, 'audio');
  const startS = pictureStartS(plan) + audioDelayS(plan);
  const segmentSeconds = GOPS_PER_SEGMENT * gopSecondsOf(plan);
  const { cpuSeconds, log } = await runFfmpeg({
    ...options,
    isOwnWork: true,
    args: hlsArgs({ file: audioPath, startS, segmentSeconds, media, playlist }),
  });
  const { startS: fromS, endS } = audioOf(plan);
  const promise = { what: 'the audio', durationS: endS - fromS, slackS: audioSlackS(plan) };
  const { packets, firstS } = await proveAudio({ ffprobe, file: audioPath, signal }, promise);
  const placed = await proveAudio({ ffprobe, file: media, signal }, { ...promise, packets });
  provePlace('the audio', { foundS: placed.firstS, promisedS: startS + firstS });
  return { files: await describe(folder, 'audio', { codecs: ['mp4a.40.2'] }), cpuSeconds, log };
}

/** Players that heed no edit list see the same as those that do. Throws `output-unproven`. */
function provePlace(what: string, { foundS, promisedS }: { foundS: number; promisedS: number }): void {
  if (Math.abs(foundS - promisedS) <= PLACE_S) return;
  throw fault(
    'output-unproven',
    `${what} is at ${foundS.toFixed(3)} s of the clock of its ladder, not at ${promisedS.toFixed(3)} s`,
  );
}

/** Written last, from what was said of the other files when they were made. */
export async function writeHlsMaster(options: {
  plan: TranscodePlan;
  folder: string;
  tracks: readonly HlsTrack[];
}): Promise<MadeFile> {
  const path = join(options.folder, 'master.m3u8');
  await mkdir(options.folder, { recursive: true });
  await writeFile(path, hlsMaster(options.plan, options.tracks));
  return { kind: 'playlist', path, name: 'master.m3u8', contentType: PLAYLIST_TYPE };
}

/** On a clock that begins early enough for the sound too; a whole number of ticks, since what is shifted is rounded to them. */
function pictureStartS(plan: TranscodePlan): number {
  const soundFirstS = plan.audio === 'none' ? 0 : Math.max(0, -audioDelayS(plan));
  const [, below] = videoOf(plan).timeBase;
  return Math.ceil((HEAD_ROOM_S + soundFirstS) * below) / below;
}

const pathsOf = (folder: string, name: string) => ({
  media: join(folder, `${name}.m4s`),
  playlist: join(folder, `${name}.m3u8`),
});

async function describe(folder: string, name: string, more: Partial<MadeFile>): Promise<MadeFile[]> {
  const { media, playlist } = pathsOf(folder, name);
  const rates = bitratesOf(await readFile(playlist, 'utf8'));
  const kind = more.rendition === undefined ? 'audio' : 'video';
  return [
    { ...more, ...rates, kind: 'playlist', path: playlist, name: `${name}.m3u8`, contentType: PLAYLIST_TYPE },
    { ...more, kind, path: media, name: `${name}.m4s`, contentType: `${kind}/mp4` },
  ];
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(INIT_BYTES), 0, INIT_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

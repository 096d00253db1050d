import { join } from 'node:path';
import { execa } from 'execa';
import type { MediaProbe, TranscodePlan } from '../../../contracts/plan.js';
import { profileSchema, type ProfileInput } from '../../../contracts/profile.js';
import type { TranscodeSettings } from '../../../contracts/transcode.js';
import { encodeAudio } from '../../../media/transcode/encode-audio.js';
import { encodeChunk, type EncodedChunk } from '../../../media/transcode/encode-chunk.js';
import { joinMp4, type Joined } from '../../../media/transcode/join-mp4.js';
import type { PieceOptions, Programs } from '../../../media/transcode/piece.js';
import { planTranscode } from '../../../media/transcode/plan-transcode.js';
import { probeMedia, type Probed } from '../../../media/transcode/probe-media.js';
import { FFMPEG } from '../clips.js';

export const FFPROBE = FFMPEG.replace(/ffmpeg$/, 'ffprobe');
export const PROGRAMS: Programs & Pick<PieceOptions, 'signal'> = {
  ffmpeg: FFMPEG,
  ffprobe: FFPROBE,
  signal: new AbortController().signal,
};

export const LOW = { name: 'low', height: 64, crf: 30, maxrateKbps: 2000 };
export const HIGH = { name: 'high', height: 90, crf: 30, maxrateKbps: 2000 };
export const CHUNK_MS = 1500;

/** Fast, with keyframes often enough for several chunks in a short clip. */
export const profileOf = (more: Partial<ProfileInput> = {}) =>
  profileSchema.parse({
    name: 'test',
    version: 1,
    package: 'mp4',
    audio: { maxChannels: 6 },
    video: { renditions: [LOW, HIGH], preset: 'veryfast', gopSeconds: 0.5 },
    ...more,
  });

export const probe = (file: string): Promise<Probed> => probeMedia({ ...PROGRAMS, file });

export const fullPlan = (
  probed: Probed,
  { profile = profileOf(), remux = 'auto' as TranscodeSettings['remux'], chunkMs = CHUNK_MS } = {},
): TranscodePlan => ({
  ...planTranscode({ ...probed, profile, remux, chunkMs }),
  version: 1,
  unit: 'unit',
  input: { sizeBytes: 1, tag: 'tag' },
});

export interface Converted {
  plan: TranscodePlan;
  probe: MediaProbe;
  chunkPaths: Record<string, string[]>;
  audioPath: string | undefined;
  joined: Joined[];
}

/** Every chunk, the sound, and the renditions that are asked for. */
export async function convert(
  file: string,
  { folder, plan, join: names = ['low', 'high'] }: { folder: string; plan: TranscodePlan; join?: string[] },
): Promise<Converted> {
  const piece = { ...PROGRAMS, plan, folder, file };
  const chunks: EncodedChunk[] = [];
  for (const { index } of plan.chunks) chunks.push(await encodeChunk({ ...piece, index, threads: 1 }));
  const chunkPaths = Object.fromEntries(
    plan.renditions.map(({ name }) => [
      name,
      chunks.map((chunk) => chunk.renditions.find((one) => one.name === name)!.path),
    ]),
  );
  const audioPath = plan.audio === 'none' ? undefined : (await encodeAudio(piece)).path;
  const joined: Joined[] = [];
  for (const rendition of names) {
    joined.push(await joinMp4({ ...piece, rendition, chunkPaths: chunkPaths[rendition]!, audioPath }));
  }
  return { plan, probe: plan.probe, chunkPaths, audioPath, joined };
}

/** Makes a file with ffmpeg: words of a command line, none of which has a space in it, then the name of the file. */
export async function makeFile(folder: string, name: string, words: string): Promise<string> {
  const file = join(folder, name);
  const args = words.split(' ').map((word) => word.replace('{folder}', folder));
  await execa(FFMPEG, ['-v', 'error', '-nostdin', '-y', ...args, file]);
  return file;
}

/** Samples of the first audio track, as ffmpeg decodes it. */
export async function countSamples(file: string): Promise<number> {
  const args = ['-v', 'error', '-i', file, '-map', '0:a:0', '-ac', '1', '-f', 's16le', '-'];
  const { stdout } = await execa(FFMPEG, args, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return stdout.length / 2;
}

/** Pictures of the first video track, as ffmpeg decodes it. */
export async function countPictures(file: string): Promise<number> {
  const args = ['-v', 'error', '-i', file, '-map', '0:v:0', '-fps_mode', 'passthrough', '-f', 'framecrc', '-'];
  const { stdout } = await execa(FFMPEG, args);
  return stdout.split('\n').filter((line) => !line.startsWith('#')).length;
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import type { PlannedRendition, TranscodePlan } from '../../contracts/plan.js';
import { concatList, joinMp4Args } from '../args/transcode/join.js';
import { gopSecondsOf } from './encode-chunk.js';
import type { MadeFile, PieceCost, PieceOptions } from './piece.js';
import { proveEnds } from './prove-ends.js';
import { proveJoints } from './prove-joints.js';
import { proveVideo } from './prove-video.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { audioDelayS, videoOf } from './video-of.js';

export interface JoinOptions extends PieceOptions {
  /** The name of one that is planned. */
  rendition: string;
  /** One for each chunk of the plan, in its order. */
  chunkPaths: readonly string[];
  audioPath?: string | undefined;
}

export interface Joined extends PieceCost {
  file: MadeFile;
}

/** Joins the chunks of one rendition with the sound into an MP4 that plays while it loads, and proves it. */
export async function joinMp4(options: JoinOptions): Promise<Joined> {
  const { plan, folder, rendition, audioPath } = options;
  const planned = renditionOf(plan, rendition);
  const { timeBase, durationTicks } = videoOf(plan);
  await mkdir(folder, { recursive: true });
  const list = await writeList(options);
  const output = join(folder, `${rendition}.mp4`);
  const delay = audioPath === undefined ? 0 : audioDelayS(plan);
  const args = joinMp4Args({ list, audio: audioPath, audioDelayS: delay, timeBase, output });
  const { cpuSeconds, log } = await runFfmpeg({ ...options, args, isOwnWork: true });
  await rm(list);
  const proof = await proveWhole(options, { output, what: rendition });
  return {
    file: {
      kind: 'video',
      path: output,
      name: `${rendition}.mp4`,
      contentType: 'video/mp4',
      rendition,
      width: planned.width,
      height: planned.height,
      frames: proof.frames,
      durationMs: Math.round((durationTicks * 1000) / timeBase[1]),
    },
    cpuSeconds: cpuSeconds + proof.cpuSeconds,
    log,
  };
}

export function renditionOf(plan: TranscodePlan, name: string): PlannedRendition {
  const found = plan.renditions.find((one) => one.name === name);
  if (found) return found;
  throw fault('encode-failed', `the plan has no rendition ${name}`);
}

/** For ffmpeg's concat demuxer. */
export async function writeList({ plan, folder, rendition, chunkPaths }: JoinOptions): Promise<string> {
  const list = join(folder, `${rendition}.ffconcat`);
  const { timeBase, durationTicks } = videoOf(plan);
  const chunks = plan.chunks.length > 0 ? plan.chunks : [{ startTicks: 0, durationTicks }];
  if (chunkPaths.length !== chunks.length)
    throw fault('output-unproven', `${rendition} has ${chunkPaths.length} chunks, expected ${chunks.length}`);
  await writeFile(list, concatList(chunkPaths, { chunks, timeBase }));
  return list;
}

/** Pictures that each rendition has. */
export const frameCount = (plan: TranscodePlan): number =>
  plan.chunks.length > 0 ? plan.chunks.reduce((sum, { frames }) => sum + frames, 0) : videoOf(plan).frames;

/** Every picture at its time, all sound, both ending as in the source, and the places decodable where chunks meet. */
async function proveWhole(options: JoinOptions, { output, what }: { output: string; what: string }) {
  const { plan, ffprobe, signal, audioPath } = options;
  const read = { ffprobe, file: output, signal };
  const { timeBase } = videoOf(plan);
  const frames = frameCount(plan);
  const packets = await proveVideo(read, {
    what,
    timeBase,
    frames,
    timelineSha256: plan.timelineSha256 ?? '',
    keys: { gopSeconds: gopSecondsOf(plan), startTicks: 0 },
  });
  const startTicks = packets[0]?.pts ?? 0;
  if (audioPath !== undefined) await proveEnds(options, { output, what, startTicks, audioPath });
  const { cpuSeconds } = await proveJoints(options, { output, what, startTicks });
  return { frames, cpuSeconds };
}

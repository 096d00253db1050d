import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import type { MediaProbe } from '../../contracts/plan.js';
import { decodeArgs, repackageArgs } from '../args/transcode/whole.js';
import { encodeAudio } from './encode-audio.js';
import { joinHlsAudio, joinHlsRendition, writeHlsMaster } from './join-hls.js';
import { proveEnds } from './prove-ends.js';
import type { MadeFile, PieceCost, PieceOptions } from './piece.js';
import { proveVideo } from './prove-video.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { videoOf } from './video-of.js';

export interface ConvertWholeOptions extends PieceOptions {
  file: string;
}

export interface ConvertedWhole extends PieceCost {
  files: MadeFile[];
}

/** How much of the beginning and of the end is decoded, seconds. */
const LOOK_S = 2;

/** What needs no chunks: a file that is as wanted (its own path is answered), one that is repackaged, and sound alone. */
export async function convertWhole(options: ConvertWholeOptions): Promise<ConvertedWhole> {
  const { plan, folder } = options;
  await mkdir(folder, { recursive: true });
  if (plan.decision.kind === 'copy') return keep(options);
  if (plan.profile.package === 'audio') return convertAudio(options);
  return plan.profile.package === 'hls' ? repackageHls(options) : repackageMp4(options);
}

async function keep(options: ConvertWholeOptions): Promise<ConvertedWhole> {
  const { plan, file } = options;
  const proof = await proveDecodable(options, { file, what: 'the input' });
  const made =
    plan.profile.package === 'audio'
      ? describeAudio(plan.probe, file)
      : describeVideo(plan.probe, { path: file, rendition: plan.renditions[0]?.name ?? basename(file) });
  return { files: [made], ...proof };
}

async function convertAudio(options: ConvertWholeOptions): Promise<ConvertedWhole> {
  const { path, cpuSeconds, log } = await encodeAudio(options);
  const proof = await proveDecodable(options, { file: path, what: 'the audio' });
  return { files: [describeAudio(options.plan.probe, path)], cpuSeconds: cpuSeconds + proof.cpuSeconds, log };
}

async function repackageMp4(options: ConvertWholeOptions): Promise<ConvertedWhole> {
  const { plan, folder, file } = options;
  const rendition = plan.renditions[0]?.name ?? 'video';
  const output = join(folder, `${rendition}.mp4`);
  const args = repackageArgs({ plan, file, output, isVideoAlone: false });
  const { cpuSeconds, log } = await runFfmpeg({ ...options, args });
  const packets = await proveCopy(options, { output, what: rendition });
  if (plan.audio !== 'none') await proveEnds(options, { output, what: rendition, startTicks: packets[0]?.pts ?? 0 });
  const proof = await proveDecodable(options, { file: output, what: rendition });
  const files = [describeVideo(plan.probe, { path: output, rendition })];
  return { files, cpuSeconds: cpuSeconds + proof.cpuSeconds, log };
}

async function repackageHls(options: ConvertWholeOptions): Promise<ConvertedWhole> {
  const { plan, folder, file } = options;
  const rendition = plan.renditions[0]?.name ?? 'video';
  const output = join(folder, 'picture.mp4');
  const args = repackageArgs({ plan, file, output, isVideoAlone: true });
  const copied = await runFfmpeg({ ...options, args });
  await proveCopy(options, { output, what: rendition });
  const parts = [copied, await joinHlsRendition({ ...options, rendition, chunkPaths: [output] })];
  await rm(output);
  if (plan.audio !== 'none') {
    const { path, ...cost } = await encodeAudio(options);
    parts.push(cost as typeof copied, await joinHlsAudio({ ...options, audioPath: path }));
    await rm(path);
  }
  const files = parts.flatMap((part) => ('files' in part ? part.files : []));
  const tracks = files.map((one) => ({ ...one, path: one.name }));
  return {
    files: [...files, await writeHlsMaster({ plan, folder, tracks })],
    cpuSeconds: parts.reduce((sum, part) => sum + part.cpuSeconds, 0),
    log: parts.flatMap(({ log }) => log),
  };
}

const proveCopy = (
  { plan, ffprobe, signal }: ConvertWholeOptions,
  { output, what }: { output: string; what: string },
) => {
  const { timeBase, frames } = videoOf(plan);
  const promise = { what, timeBase, frames, timelineSha256: plan.timelineSha256 ?? '' };
  return proveVideo({ ffprobe, file: output, signal }, promise);
};

/** Decodes the beginning and the end. Throws `input-damaged`, since it was only copied. */
async function proveDecodable(options: ConvertWholeOptions, { file, what }: { file: string; what: string }) {
  const endS = options.plan.probe.durationMs / 1000;
  const places = [{ seconds: LOOK_S }, { fromS: Math.max(0, endS - LOOK_S), seconds: LOOK_S }];
  const costs: PieceCost[] = [];
  for (const place of places) {
    const cost = await runFfmpeg({ ...options, onProgress: undefined, args: decodeArgs(file, place) });
    const complaint = cost.log.find((line) => /\[(?:error|fatal)\]/.test(line));
    if (complaint !== undefined && place.fromS === undefined)
      throw fault('input-damaged', `the beginning of ${what} does not decode: ${complaint}`, { tail: cost.log });
    costs.push(cost);
  }
  return { cpuSeconds: costs.reduce((sum, one) => sum + one.cpuSeconds, 0), log: costs.flatMap(({ log }) => log) };
}

function describeVideo(probe: MediaProbe, { path, rendition }: { path: string; rendition: string }): MadeFile {
  const { width, height, frames } = videoOf({ probe });
  return {
    kind: 'video',
    path,
    name: `${rendition}.mp4`,
    contentType: 'video/mp4',
    rendition,
    width,
    height,
    frames,
    durationMs: probe.durationMs,
  };
}

const describeAudio = ({ audio, durationMs }: MediaProbe, path: string): MadeFile => ({
  kind: 'audio',
  path,
  name: 'audio.m4a',
  contentType: 'audio/mp4',
  durationMs: audio ? Math.round(1000 * (audio.endS - audio.startS)) : durationMs,
});

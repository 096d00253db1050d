import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, problemOf } from '../../contracts/errors.js';
import type { Chunk, TranscodePlan } from '../../contracts/plan.js';
import { encodeChunkArgs } from '../args/transcode/encode-chunk.js';
import type { PieceCost, PieceOptions } from './piece.js';
import { proveVideo } from './prove-video.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { keyExpression } from './timeline.js';
import { videoOf } from './video-of.js';

export interface EncodeChunkOptions extends PieceOptions {
  /** The whole input. */
  file: string;
  index: number;
  /** Threads of each encoder, and of the decoder. */
  threads: number;
}

export interface EncodedChunk extends PieceCost {
  renditions: { name: string; path: string; frames: number }[];
}

/** Encodes one chunk in all renditions with one decode, and proves each file before it answers. */
export async function encodeChunk(options: EncodeChunkOptions): Promise<EncodedChunk> {
  const { plan, index, folder, file, threads } = options;
  const video = videoOf(plan);
  const chunk = plan.chunks[index];
  if (!chunk) throw fault('encode-failed', `the plan has no chunk ${index}`);
  await mkdir(folder, { recursive: true });
  const renditions = plan.renditions.map(({ name }) => ({
    name,
    path: join(folder, `${String(index).padStart(5, '0')}-${name}.mp4`),
    frames: chunk.frames,
  }));
  const { timeBase } = video;
  const keys = keyExpression(chunk.startTicks, { timeBase, gopSeconds: gopSecondsOf(plan) });
  const outputs = renditions.map(({ path }) => path);
  const args = encodeChunkArgs({ plan, video, chunk, file, outputs, threads, keyExpression: keys });
  const { cpuSeconds, log, command } = await runFfmpeg({ ...options, args });
  for (const one of renditions) {
    await prove(options, { chunk, path: one.path, name: one.name }).catch((error: unknown) => {
      throw blame(error, { log, command });
    });
  }
  return { renditions, cpuSeconds, log };
}

export const gopSecondsOf = ({ profile }: TranscodePlan): number => profile.video?.gopSeconds ?? 2;

const prove = (
  { plan, ffprobe, signal }: EncodeChunkOptions,
  { chunk, path, name }: { chunk: Chunk; path: string; name: string },
) =>
  proveVideo(
    { ffprobe, file: path, signal },
    {
      what: `chunk ${chunk.index} of ${name}`,
      timeBase: videoOf(plan).timeBase,
      frames: chunk.frames,
      timelineSha256: chunk.timelineSha256,
      keys: { gopSeconds: gopSecondsOf(plan), startTicks: chunk.startTicks },
    },
  );

const BROKEN = /\[error\].*(?:decod|invalid data|corrupt|concealing|truncat)|error while decoding|Invalid data found/i;

/** Pictures that are missing where the decoder complained are missing in the source, for good. */
function blame(error: unknown, { log, command }: { log: string[]; command: string }): unknown {
  const problem = problemOf(error);
  if (problem?.code !== 'output-unproven') return error;
  const complaint = log.find((line) => BROKEN.test(line));
  const code = complaint ? 'input-damaged' : 'output-unproven';
  return fault(code, complaint ? `${problem.message}: ${complaint}` : problem.message, { tail: log, command });
}

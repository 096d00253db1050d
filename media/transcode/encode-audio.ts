import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { audioArgs } from '../args/transcode/audio.js';
import type { PieceCost, PieceOptions } from './piece.js';
import { proveAudio } from './prove-audio.js';
import { runFfmpeg } from './run-ffmpeg.js';
import { audioOf, audioSlackS } from './video-of.js';

export interface EncodedAudio extends PieceCost {
  path: string;
}

/** The whole sound of the input, copied or encoded as planned, from time 0: its place is found when it joins the picture. */
export async function encodeAudio(options: PieceOptions & { file: string }): Promise<EncodedAudio> {
  const { plan, folder, file, ffprobe, signal } = options;
  const track = audioOf(plan);
  const path = join(folder, 'audio.m4a');
  await mkdir(folder, { recursive: true });
  const treatment = plan.audio === 'encode' ? 'encode' : 'copy';
  const args = audioArgs({ file, track, treatment, profile: plan.profile, output: path });
  const { cpuSeconds, log } = await runFfmpeg({ ...options, args });
  const promise = { what: 'the audio', durationS: track.endS - track.startS, slackS: audioSlackS(plan) };
  await proveAudio({ ffprobe, file: path, signal }, promise);
  return { path, cpuSeconds, log };
}

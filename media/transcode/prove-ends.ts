import { fault } from '../../contracts/errors.js';
import { AAC_SAMPLES } from '../args/transcode/input.js';
import type { PieceOptions } from './piece.js';
import { proveAudio } from './prove-audio.js';
import { audioOf, audioOverhangS, audioSlackS, videoOf } from './video-of.js';

export interface EndsOptions {
  output: string;
  what: string;
  /** Time of the first picture in the file. */
  startTicks: number;
  /** The sound that was joined with it, all of which has to be there. */
  audioPath?: string;
}

/** Checks that all sound is in a file and ends as far from the picture as in the source. Throws `output-unproven`. */
export async function proveEnds(
  { plan, ffprobe, signal }: PieceOptions,
  { output, what, startTicks, audioPath }: EndsOptions,
): Promise<void> {
  const { timeBase, durationTicks, fps } = videoOf(plan);
  const { startS, endS, sampleRate } = audioOf(plan);
  const promise = { what: `the sound of ${what}`, durationS: endS - startS, slackS: audioSlackS(plan) };
  const joined = audioPath && (await proveAudio({ ffprobe, file: audioPath, signal }, promise));
  const audio = await proveAudio(
    { ffprobe, file: output, signal },
    { ...promise, ...(joined ? { packets: joined.packets } : {}) },
  );
  const difference = audio.endS - (startTicks + durationTicks) / timeBase[1] - audioOverhangS(plan);
  if (Math.abs(difference) <= Math.max(1 / fps, plan.audio === 'encode' ? audioSlackS(plan) : AAC_SAMPLES / sampleRate))
    return;
  throw fault(
    'output-unproven',
    `the sound of ${what} ends ${Math.abs(difference).toFixed(3)} s ${difference > 0 ? 'after' : 'before'} its place`,
  );
}

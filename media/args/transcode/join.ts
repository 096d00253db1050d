import type { Chunk, TimeBase } from '../../../contracts/plan.js';
import { listInput } from './input.js';

export interface JoinIntent {
  list: string;
  audio?: string | undefined;
  /** By how much the sound begins after the picture, seconds. */
  audioDelayS: number;
  timeBase: TimeBase;
  output: string;
}

/** Below this, streams begin together, seconds. */
const TOGETHER_S = 0.0005;

/**
 * A list for ffmpeg's concat demuxer. Each duration is the difference of two times that are rounded alike, so that no
 * error adds up over hundreds of chunks.
 */
export function concatList(
  files: readonly string[],
  { chunks, timeBase }: { chunks: readonly Pick<Chunk, 'startTicks' | 'durationTicks'>[]; timeBase: TimeBase },
): string {
  const microseconds = (ticks: number): number => Math.round((ticks * 1e6) / timeBase[1]);
  const entries = chunks.map(({ startTicks, durationTicks }, index) => {
    const duration = microseconds(startTicks + durationTicks) - microseconds(startTicks);
    return `file 'file:${(files[index] ?? '').replaceAll("'", `'\\''`)}'\nduration ${duration}us\n`;
  });
  return `ffconcat version 1.0\n${entries.join('')}`;
}

/** All chunks and the sound, copied into one file; no rate is ever given, which would drop pictures. */
export const joinMp4Args = (intent: JoinIntent): string[] => [
  ...joinInputs(intent),
  ...['-map', '0:v:0', ...(intent.audio === undefined ? [] : ['-map', '1:a:0']), '-c', 'copy'],
  ...['-video_track_timescale', String(intent.timeBase[1]), '-map_metadata', '-1', '-map_chapters', '-1'],
  ...['-movflags', '+faststart', '-f', 'mp4', `file:${intent.output}`],
];

const joinInputs = ({ list, audio, audioDelayS }: JoinIntent): string[] => [
  ...['-copyts', ...(audio === undefined ? [] : offset(-audioDelayS)), ...listInput(list)],
  ...(audio === undefined ? [] : [...offset(audioDelayS), '-protocol_whitelist', 'file', '-i', `file:${audio}`]),
];

const offset = (seconds: number): string[] => (seconds > TOGETHER_S ? ['-itsoffset', seconds.toFixed(6)] : []);

/** Pictures of the windows of a list, decoded into nothing; without smoothing them, which nobody would see. */
export const decodeWindowsArgs = (list: string): string[] => [
  ...['-xerror', '-threads', '1', '-skip_loop_filter', 'all', ...listInput(list), '-map', '0:v:0', '-f', 'null', '-'],
];

/** A list of windows of one file, seconds. */
export const windowList = (file: string, windows: readonly (readonly [from: number, to: number])[]): string =>
  `ffconcat version 1.0\n${windows
    .map(
      ([from, to]) =>
        `file 'file:${file.replaceAll("'", `'\\''`)}'\ninpoint ${from.toFixed(6)}\noutpoint ${to.toFixed(6)}\n`,
    )
    .join('')}`;

import type { TranscodePlan } from '../../../contracts/plan.js';
import { fileInput } from './input.js';

export interface WholeIntent {
  plan: TranscodePlan;
  file: string;
  output: string;
  /** The picture alone, from time 0. */
  isVideoAlone: boolean;
}

/** The chosen streams of a file, copied as they are into an MP4 that plays while it loads. */
export function repackageArgs({ plan, file, output, isVideoAlone }: WholeIntent): string[] {
  const { video, audio } = plan.probe;
  const tracks = [...(video ? [video] : []), ...(audio && plan.audio !== 'none' && !isVideoAlone ? [audio] : [])];
  const startS = video ? video.firstPts / video.timeBase[1] : 0;
  return [
    ...(isVideoAlone ? ['-copyts', '-itsoffset', (-startS).toFixed(6)] : []),
    ...fileInput(file),
    ...tracks.flatMap(({ index }) => ['-map', `0:${index}`]),
    ...['-c', 'copy', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...(video ? ['-video_track_timescale', String(video.timeBase[1])] : []),
    ...['-movflags', '+faststart', '-f', 'mp4', `file:${output}`],
  ];
}

/** Some seconds of all tracks, decoded into nothing. */
export const decodeArgs = (file: string, { fromS, seconds }: { fromS?: number; seconds: number }): string[] => [
  ...['-xerror', '-threads', '1', ...(fromS === undefined ? [] : ['-ss', fromS.toFixed(6)]), ...fileInput(file)],
  ...['-t', seconds.toFixed(6), '-map', '0:v:0?', '-map', '0:a:0?', '-f', 'null', '-'],
];

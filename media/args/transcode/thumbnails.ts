import type { TranscodePlan, VideoTrack } from '../../../contracts/plan.js';
import { TONE_MAPPING } from './encode-chunk.js';
import { pictureInput, withoutJumps } from './input.js';

export interface SheetLayout {
  /** Thumbnails in all, in one row, in one column, and sheets. */
  count: number;
  columns: number;
  rows: number;
  sheets: number;
  /** Width of one thumbnail, pixels. */
  width: number;
  height: number;
}

export interface ThumbnailsIntent {
  plan: TranscodePlan;
  video: VideoTrack;
  layout: SheetLayout;
  everySeconds: number;
  file: string;
  /** With `%03d` for the number of the sheet. */
  output: string;
}

const JPEG_QUANTIZER = 4;

/**
 * One thumbnail for each step of time: the last picture at or before it. Where keyframes come often enough, nothing else
 * is decoded.
 */
export function thumbnailsArgs({ plan, video, layout, everySeconds, file, output }: ThumbnailsIntent): string[] {
  const { count, columns, rows, width, height } = layout;
  const areKeysEnough = video.maxGopMs <= everySeconds * 1000 && video.timelineFrom === 'packets';
  const filters = [
    `settb=1/${video.timeBase[1]}`,
    ...(video.jumps ? [`setpts=${withoutJumps(video.jumps)}`] : []),
    `setpts=PTS-${video.firstPts}`,
    `fps=fps=1/${everySeconds}:start_time=0:round=up`,
    ...[`tpad=stop_mode=clone:stop=${count}`, `trim=end_frame=${count}`],
    ...(plan.isToneMapped ? TONE_MAPPING : []),
    ...[`scale=${width}:${height}`, 'setsar=1', `tile=${columns}x${rows}`, 'format=yuvj420p'],
  ];
  return [
    ...['-copyts', ...(areKeysEnough ? ['-skip_frame', 'nokey'] : []), '-threads', '1', ...pictureInput(file)],
    ...['-filter_complex', `[0:${video.index}]${filters.join()}[sheets]`, '-map', '[sheets]'],
    ...['-fps_mode', 'passthrough', '-c:v', 'mjpeg', '-q:v', String(JPEG_QUANTIZER), '-map_metadata', '-1'],
    ...['-f', 'image2', '-start_number', '0', `file:${output}`],
  ];
}

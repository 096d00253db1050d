import type { TimeBase } from '../../../contracts/plan.js';
import { listInput } from './input.js';

export interface HlsIntent {
  /** A list of chunks, or one file. */
  list?: string;
  file?: string;
  /** Of the pictures; none for sound. */
  timeBase?: TimeBase;
  /** Where its first picture or sound is on the clock that all tracks share. */
  startS: number;
  segmentSeconds: number;
  media: string;
  playlist: string;
}

/** Ticks in a second that a track of pictures has at least: many more between two pictures than may be out of order. */
const FINE = 10_000;

/**
 * One CMAF file for each track, with byte ranges for its segments: a handful of objects instead of thousands. Players are
 * not relied on to heed edit lists, so there are none: each track says by the clock that all share when it begins.
 */
export const hlsArgs = (intent: HlsIntent): string[] => [
  ...['-copyts', '-itsoffset', intent.startS.toFixed(6)],
  ...(intent.list === undefined
    ? ['-protocol_whitelist', 'file', '-i', `file:${intent.file ?? ''}`]
    : listInput(intent.list)),
  ...['-map', intent.timeBase ? '0:v:0' : '0:a:0', '-c', 'copy', '-map_metadata', '-1', '-map_chapters', '-1'],
  ...(intent.timeBase ? ['-bsf:v', `setts=pts=PTS:dts=${DECODED}:duration=${LASTS}`] : []),
  ...['-f', 'hls', '-hls_time', String(intent.segmentSeconds), '-hls_playlist_type', 'vod', '-hls_list_size', '0'],
  ...['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file+independent_segments'],
  ...['-hls_segment_options', muxerOptions(intent), '-hls_segment_filename', intent.media, intent.playlist],
];

/** How many ticks of a track in a ladder make one of its source, where those are too coarse. */
export const ticksForOne = ([, below]: TimeBase): number => Math.ceil(FINE / below);

/**
 * The first picture is decoded when it is shown, and those that follow a tick later each until they are back on their
 * own times. Some players count from the first decoding time (hls.js) and others from the first that is shown, and ffmpeg
 * adds negative offsets to all times: so the two are the same, and no offset is negative. Ticks are those of the output.
 */
const DECODED = 'max(DTS\\,if(N\\,PREV_OUTDTS+1\\,STARTPTS))';
/** A fragment begins where the last picture of the one before ends, however long no picture came. */
const LASTS = `if(isnan(NEXT_DTS)\\,DURATION\\,max(NEXT_DTS\\,${DECODED}+1)-${DECODED})`;

const muxerOptions = ({ timeBase }: HlsIntent): string =>
  [
    'movflags=+frag_discont',
    'use_editlist=0',
    'avoid_negative_ts=disabled',
    ...(timeBase ? [`video_track_timescale=${timeBase[1] * ticksForOne(timeBase)}`] : []),
  ].join(':');

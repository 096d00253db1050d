import { listInput } from './input.js';

export interface HlsIntent {
  /** A list of chunks, or one file. */
  list?: string;
  file?: string;
  kind: 'video' | 'audio';
  /** Where its first picture or sound is on the clock that all tracks share. */
  startS: number;
  segmentSeconds: number;
  /** Ticks in a second. */
  timescale?: number;
  media: string;
  playlist: string;
}

/**
 * One CMAF file for each track, with byte ranges for its segments: a handful of objects instead of thousands. Players are
 * not relied on to heed edit lists, so there are none: each track says by the clock that all share when it begins, and
 * pictures that are shown before their turn say so by negative offsets.
 */
export const hlsArgs = (intent: HlsIntent): string[] => [
  ...['-copyts', '-itsoffset', intent.startS.toFixed(6)],
  ...(intent.list === undefined
    ? ['-protocol_whitelist', 'file', '-i', `file:${intent.file ?? ''}`]
    : listInput(intent.list)),
  ...['-map', intent.kind === 'video' ? '0:v:0' : '0:a:0', '-c', 'copy', '-map_metadata', '-1', '-map_chapters', '-1'],
  ...['-f', 'hls', '-hls_time', String(intent.segmentSeconds), '-hls_playlist_type', 'vod', '-hls_list_size', '0'],
  ...['-hls_segment_type', 'fmp4', '-hls_flags', 'single_file+independent_segments'],
  ...['-hls_segment_options', muxerOptions(intent), '-hls_segment_filename', intent.media, intent.playlist],
];

const muxerOptions = ({ timescale }: HlsIntent): string =>
  [
    'movflags=+frag_discont+negative_cts_offsets',
    'use_editlist=0',
    'avoid_negative_ts=disabled',
    ...(timescale === undefined ? [] : [`video_track_timescale=${timescale}`]),
  ].join(':');

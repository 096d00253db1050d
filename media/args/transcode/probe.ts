import { guards } from './input.js';

export interface ProbeIntent {
  file: string;
  maxTracks: number;
  maxPixels: number;
}

const STREAM_FIELDS = [
  'index,codec_type,codec_name,codec_tag_string,profile,pix_fmt,width,height,sample_aspect_ratio,field_order',
  'color_range,color_space,color_transfer,color_primaries,time_base,avg_frame_rate,r_frame_rate,nb_frames,bit_rate',
  'duration,channels,sample_rate,extradata_hash',
].join();

const common = ({ file, maxTracks, maxPixels }: ProbeIntent): string[] => [
  ...guards(maxPixels),
  ...['-max_streams', String(maxTracks), `file:${file}`],
];

/** What the header and the first packets say of the tracks. */
export const probeTracksArgs = (intent: ProbeIntent): string[] => [
  ...['-show_data_hash', 'sha256', '-of', 'json'],
  '-show_entries',
  `format=format_name,duration,nb_streams,bit_rate:stream=${STREAM_FIELDS}:stream_disposition=default,attached_pic:stream_side_data=side_data_type,rotation`,
  ...common(intent),
];

/** A line for each packet of all tracks: track, pts, dts, duration, bytes, flags, side data. Nothing is decoded. */
export const probePacketsArgs = (intent: ProbeIntent): string[] => [
  ...[
    '-of',
    'compact=p=0:nk=1',
    '-show_entries',
    'packet=stream_index,pts,dts,duration,size,flags:packet_side_data=side_data_type',
  ],
  ...common(intent),
];

/** A line for each picture that a decoder gives of the first packets. */
export const probePicturesArgs = (
  intent: ProbeIntent,
  { index, packets }: { index: number; packets: number },
): string[] => [
  ...['-of', 'compact=p=0:nk=1', '-select_streams', String(index), '-read_intervals', `%+#${packets}`],
  ...['-show_entries', 'frame=best_effort_timestamp', ...common(intent)],
];

/** For ffmpeg: a line with the time of each picture of a file as it comes to an encoder, after one that says its time base. */
export const decodedTimesArgs = ({ file, maxTracks, maxPixels }: ProbeIntent, index: number): string[] => [
  ...['-nostdin', '-copyts', ...guards(maxPixels), '-max_streams', String(maxTracks), '-i', `file:${file}`],
  ...[
    '-map',
    `0:${index}`,
    '-vf',
    'crop=2:2:0:0',
    '-fps_mode',
    'passthrough',
    '-enc_time_base',
    '-1',
    '-f',
    'framecrc',
    '-',
  ],
];

/** A line for each packet of one track of our own files, then one with its time base. */
export const ownPacketsArgs = ({ file, track }: { file: string; track: string }): string[] => [
  ...['-protocol_whitelist', 'file', '-of', 'compact=p=0:nk=1', '-select_streams', track],
  ...['-show_entries', 'packet=stream_index,pts,dts,duration,size,flags:stream=time_base', `file:${file}`],
];

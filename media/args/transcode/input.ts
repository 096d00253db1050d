import type { Jump } from '../../../contracts/plan.js';

/** Containers that are read: none that names other files, such as playlists. */
const FORMATS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,flv,live_flv,avi,mpegts,mpeg,asf,mp3,wav,ogg,flac,aac,gif';

/** Larger than what a default limit lets through, and a bound for what a decoder may be made to allocate. */
const MAX_PIXELS = 8192 * 8192;

/** Ahead of what else is said of an input. */
export const guards = (maxPixels = MAX_PIXELS): string[] => [
  ...['-protocol_whitelist', 'file,pipe'],
  ...['-format_whitelist', FORMATS],
  ...['-max_pixels', String(maxPixels)],
];

/** A list of our own files. */
export const listInput = (list: string): string[] => [
  ...['-protocol_whitelist', 'file,pipe', '-f', 'concat', '-safe', '0', '-i', `file:${list}`],
];

export const fileInput = (file: string): string[] => [...guards(), '-i', `file:${file}`];

/** Filters go on where pictures change their size, and scale them to one; begun anew they would have forgotten what they took. */
export const pictureInput = (file: string): string[] => ['-reinit_filter', '0', ...fileInput(file)];

/** For setpts and asetpts: times without the jumps of a clock, which begins `offsetS` later than that of the file. */
export const withoutJumps = (jumps: readonly Jump[], offsetS = 0): string =>
  `PTS${jumps.map(({ fromS, byS }) => `-gte(T\\,${(fromS - offsetS).toFixed(6)})*round(${byS}/TB)`).join('')}`;

/** Samples in one packet of AAC-LC. */
export const AAC_SAMPLES = 1024;

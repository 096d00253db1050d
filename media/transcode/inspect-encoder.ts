import { fault } from '../../contracts/errors.js';
import { readFfmpeg } from '../process.js';

/** What transcodes cannot do without, by the ffmpeg option that lists it. */
const NEEDED = [
  ['-encoders', 'libx264'],
  ['-encoders', 'aac'],
  ['-muxers', 'hls'],
  ['-demuxers', 'concat'],
  ['-filters', 'bwdif'],
] as const;

/** Checks that this ffmpeg can transcode (`ffmpeg-missing` where it cannot), and tells whether it can map tones of HDR. */
export async function inspectEncoder(ffmpeg: string): Promise<{ canToneMap: boolean }> {
  const options: string[] = [...new Set(NEEDED.map(([option]) => option))];
  const printed = await Promise.all(options.map((option) => readFfmpeg(ffmpeg, [option])));
  const lists = new Map(options.map((option, index) => [option, printed[index]]));
  const has = (option: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(lists.get(option) ?? '');
  const missing = NEEDED.filter(([option, name]) => !has(option, name)).map(([, name]) => name);
  if (missing.length > 0) throw fault('ffmpeg-missing', `${ffmpeg} was built without ${missing.join(', ')}`);
  return { canToneMap: has('-filters', 'zscale') && has('-filters', 'tonemap') };
}

/** The ffprobe of the same installation. */
export const ffprobeBeside = (ffmpeg: string): string => ffmpeg.replace(/ffmpeg([^/]*)$/, 'ffprobe$1');

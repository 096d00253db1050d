import { fault } from '../contracts/errors.js';
import { readFfmpeg } from './process.js';

/** What capture cannot do without, by the ffmpeg option that lists it. */
const NEEDED = [
  ['-muxers', 'smjpeg'],
  ['-filters', 'framestep'],
  ['-encoders', 'mjpeg'],
  ['-protocols', 'rtmp'],
] as const;

/** The version line of a usable ffmpeg; fails with `ffmpeg-missing` where it is absent or lacks a part. */
export async function inspectFfmpeg(ffmpeg: string): Promise<string> {
  const run = (option: string): Promise<string> => readFfmpeg(ffmpeg, [option]);
  const [version, ...lists] = await Promise.all([run('-version'), ...NEEDED.map(([option]) => run(option))]);
  const missing = NEEDED.flatMap(([, name], index) =>
    new RegExp(`\\b${name}\\b`).test(lists[index] ?? '') ? [] : [name],
  );
  if (missing.length > 0) throw fault('ffmpeg-missing', `${ffmpeg} was built without ${missing.join(', ')}`);
  return version.split('\n')[0]?.replace(/ Copyright.*/, '') ?? ffmpeg;
}

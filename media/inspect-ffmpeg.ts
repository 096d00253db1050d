import { execa } from 'execa';
import { fault } from '../contracts/errors.js';

/** What capture cannot do without, by the ffmpeg option that lists it. */
const NEEDED = [
  ['-muxers', 'smjpeg'],
  ['-filters', 'framestep'],
  ['-encoders', 'mjpeg'],
  ['-protocols', 'rtmp'],
] as const;

/** The version line of a usable ffmpeg; fails with `ffmpeg-missing` where it is absent or lacks a part. */
export async function inspectFfmpeg(ffmpeg: string): Promise<string> {
  const run = async (option: string): Promise<string> => {
    const result = await execa(ffmpeg, ['-hide_banner', option], { reject: false });
    if (result.exitCode === 0) return result.stdout;
    throw fault('ffmpeg-missing', `${ffmpeg} does not run: ${result.shortMessage ?? 'unknown'}`);
  };
  const [version, ...lists] = await Promise.all([run('-version'), ...NEEDED.map(([option]) => run(option))]);
  const missing = NEEDED.flatMap(([, name], index) =>
    new RegExp(`\\b${name}\\b`).test(lists[index] ?? '') ? [] : [name],
  );
  if (missing.length > 0) throw fault('ffmpeg-missing', `${ffmpeg} was built without ${missing.join(', ')}`);
  return version.split('\n')[0]?.replace(/ Copyright.*/, '') ?? ffmpeg;
}

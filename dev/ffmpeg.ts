import { existsSync } from 'node:fs';
import { fault } from '../contracts/errors.js';
import { runBuildTool } from './build-tool.js';
import { findProgram } from './find-program.js';
import type { Report } from './steps.js';
import { isAtLeast, parseVersion, printedBy } from './version.js';

const LEAST = [5, 1, 0] as const;
/** Builds from the tip of the sources have a count of commits where others have a version. */
const TIP = /^ffmpeg version (?:N-|git-|20\d\d-)/;
const ADVICE = 'install ffmpeg 5.1 or later, or set REELAY_FFMPEG to one';

export interface FfmpegOptions {
  log: string;
  report?: Report;
  signal?: AbortSignal | undefined;
}

/** The ffmpeg to run: the one named by REELAY_FFMPEG, else the one on PATH, else, as root on Debian, a new one. */
export async function provideFfmpeg({ log, report = () => {}, signal }: FfmpegOptions): Promise<string> {
  const named = process.env['REELAY_FFMPEG'];
  if (named) return usable(named, `REELAY_FFMPEG is ${named}`);
  const onPath = findProgram('ffmpeg');
  if (onPath !== undefined) return usable(onPath, `the ffmpeg on PATH is ${onPath}`);
  const apt = findProgram('apt-get');
  if (apt === undefined || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    throw fault('ffmpeg-missing', `there is no ffmpeg: ${ADVICE}`);
  }
  report('apt-get install ffmpeg (once)');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runBuildTool({ name: 'ffmpeg', command: [apt, 'update'], env, log, signal });
  await runBuildTool({ name: 'ffmpeg', command: [apt, 'install', '-y', 'ffmpeg'], env, log, signal });
  return usable(findProgram('ffmpeg') ?? 'ffmpeg', 'apt-get has installed ffmpeg');
}

async function usable(program: string, found: string): Promise<string> {
  const printed = await printedBy(program, ['-hide_banner', '-version']);
  if (TIP.test(printed) || isAtLeast(parseVersion(printed), LEAST)) return program;
  const [first] = printed.split('\n');
  throw fault('ffmpeg-missing', `${found}, which ${first ? `says ${first}` : 'does not run'}: ${ADVICE}`);
}

import { fault } from '../contracts/errors.js';
import { installDebianPackage, type InstallOptions } from './debian-package.js';
import { findProgram } from './find-program.js';
import { isAtLeast, parseVersion, printedBy } from './version.js';

const LEAST = [5, 1, 0] as const;
/** Builds from the tip of the sources have a count of commits where others have a version. */
const TIP = /^ffmpeg version (?:N-|git-|20\d\d-)/;
const ADVICE = 'install ffmpeg 5.1 or later, or set REELAY_FFMPEG to one';

/** The ffmpeg to run: the one named by REELAY_FFMPEG, else the one on PATH, else, as root on Debian, a new one. */
export async function provideFfmpeg(options: InstallOptions): Promise<string> {
  const named = process.env['REELAY_FFMPEG'];
  if (named) return usable(named, `REELAY_FFMPEG is ${named}`);
  const onPath = findProgram('ffmpeg');
  if (onPath !== undefined) return usable(onPath, `the ffmpeg on PATH is ${onPath}`);
  await installDebianPackage('ffmpeg', options);
  const installed = findProgram('ffmpeg');
  if (installed === undefined) throw fault('ffmpeg-missing', `there is no ffmpeg: ${ADVICE}`);
  return usable(installed, 'apt-get has installed ffmpeg');
}

async function usable(program: string, found: string): Promise<string> {
  const printed = await printedBy(program, ['-hide_banner', '-version']);
  if (TIP.test(printed) || isAtLeast(parseVersion(printed), LEAST)) return program;
  const [first] = printed.split('\n');
  throw fault('ffmpeg-missing', `${found}, which ${first ? `says ${first}` : 'does not run'}: ${ADVICE}`);
}

import { fault } from '../contracts/errors.js';
import { installDebianPackage, type InstallOptions } from './debian-package.js';
import { findProgram } from './find-program.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The browser that tests play HLS in: the one on PATH, else, as root on Debian, a new one. */
export async function provideChromium(options: InstallOptions): Promise<string> {
  const found = installed();
  if (found !== undefined) return found;
  await installDebianPackage('chromium', options);
  const now = installed();
  if (now !== undefined) return now;
  throw fault('tool-missing', `there is no browser: install one of ${NAMES.join(', ')}`);
}

const installed = (): string | undefined => NAMES.map((name) => findProgram(name)).find((path) => path !== undefined);

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fault } from '../contracts/errors.js';
import { runBuildTool } from './build-tool.js';
import { provision, type ProvisionOptions, type Recipe } from './provision.js';

/** The release that an upgrade to this one begins with, by its commit. */
const PREVIOUS_RELEASE = 'd617911debea3a5350aa0dc841ad496214f8da30';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const RECIPE: Recipe = {
  name: 'reelay',
  version: PREVIOUS_RELEASE.slice(0, 12),
  product: join('bin', 'reelay'),
  async build({ into, log, report, signal }) {
    if (!existsSync(join(ROOT, '.git')))
      throw fault('tool-missing', `the previous release ${PREVIOUS_RELEASE} is built from a clone: run this in one`);
    report(`npm ci of the release ${PREVIOUS_RELEASE.slice(0, 7)} (once)`);
    const otherwise = 'fetch the whole history of the clone';
    const run = (...command: [string, ...string[]]) =>
      runBuildTool({ name: 'previous-release', command, cwd: into, log, otherwise, signal });
    await run('git', 'clone', '--quiet', '--no-checkout', ROOT, '.');
    await run('git', 'checkout', '--quiet', PREVIOUS_RELEASE);
    await run('npm', 'ci', '--no-audit', '--no-fund');
  },
};

/** The command line of the previous release, built from the history of this clone into the cache, once. */
export const providePreviousRelease = (options: ProvisionOptions): Promise<string> => provision(RECIPE, options);

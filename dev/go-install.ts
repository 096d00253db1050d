import { fault } from '../contracts/errors.js';
import { runBuildTool } from './build-tool.js';
import { findProgram } from './find-program.js';
import type { Recipe } from './provision.js';

export interface GoProgram {
  name: string;
  version: string;
  /** What to `go install`, without the version. */
  module: string;
  /** How to do without a build. */
  otherwise: string;
  installed?: Recipe['installed'];
}

/** A program that Go's module proxy serves as source. */
export const goRecipe = ({ name, version, module, otherwise, installed }: GoProgram): Recipe => ({
  name,
  version,
  product: name,
  ...(installed ? { installed } : {}),
  async build({ into, log, report, signal }) {
    const go = findProgram('go');
    if (go === undefined) {
      throw fault('tool-missing', `${name} ${version} is not here and cannot be built: install Go, or ${otherwise}`);
    }
    report(`go install ${module}@v${version} (once; takes minutes)`);
    await runBuildTool({
      name,
      command: [go, 'install', `${module}@v${version}`],
      env: { GOBIN: into },
      cwd: into,
      log,
      otherwise,
      signal,
    });
  },
});

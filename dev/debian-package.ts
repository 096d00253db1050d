import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { underBuildLock } from './build-lock.js';
import { runBuildTool } from './build-tool.js';
import { findProgram } from './find-program.js';
import { cacheFolder } from './provision.js';
import type { Report } from './steps.js';

export interface InstallOptions {
  /** A file for what apt-get prints. */
  log: string;
  report?: Report;
  signal?: AbortSignal | undefined;
}

/**
 * Installs a package, where this is root on Debian; elsewhere it does nothing. One package at a time, since apt-get
 * fails at once where another holds the lock of the lists.
 */
export async function installDebianPackage(
  name: string,
  { log, report = () => {}, signal }: InstallOptions,
): Promise<void> {
  const apt = findProgram('apt-get');
  if (apt === undefined || !existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  const cache = cacheFolder();
  await mkdir(cache, { recursive: true });
  await underBuildLock(join(cache, 'apt-get'), { report, signal }, async () => {
    report(`apt-get install ${name} (once)`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const wait = ['-o', 'DPkg::Lock::Timeout=300'];
    await runBuildTool({ name, command: [apt, 'update'], env, log, signal });
    await runBuildTool({ name, command: [apt, ...wait, 'install', '-y', name], env, log, signal });
  });
}

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

/** Names a module that becomes part of the bundle; see Temporal's `DataConverter`. */
interface BundledConverter {
  failureConverterPath?: string;
}

/** What workflows are made of. */
const FOLDERS = ['workflows', 'contracts'];
const PACKAGES = ['@temporalio/worker', '@temporalio/workflow', '@temporalio/common', 'zod'];
const BUILT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The code of all workflows, as a worker loads it. To make it takes five seconds of a core, so it is kept beside what it
 * is made of, under a hash of that; where that folder cannot be written to, it is made at each start.
 */
export async function workflowBundle({ failureConverterPath }: BundledConverter = {}): Promise<WorkflowBundle> {
  const converter = failureConverterPath === undefined ? {} : { failureConverterPath };
  const path = join(BUILT, 'workflow-bundles', `${await hashOf(converter)}.js`);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(BUILT, 'workflows/index.js'),
    logger: new DefaultLogger('ERROR', () => undefined),
    ...converter,
  });
  await keep(path, code).catch(() => undefined);
  return { code };
}

async function hashOf(converter: BundledConverter): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const hash = createHash('sha256').update(JSON.stringify(converter));
  const files = PACKAGES.map((name) => resolve(`${name}/package.json`));
  for (const folder of FOLDERS) {
    const names = await readdir(join(BUILT, folder), { recursive: true });
    files.push(...names.filter((name) => name.endsWith('.js')).map((name) => join(BUILT, folder, name)));
  }
  for (const file of files.sort()) hash.update(`${file}\n`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** Another worker that starts now finds it whole, or not at all. */
async function keep(path: string, code: string): Promise<void> {
  const begun = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(begun, code);
  await rename(begun, path);
}

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { underBuildLock } from './build-lock.js';
import type { Report } from './steps.js';

export interface Recipe {
  name: string;
  version: string;
  /** What is there when the folder is whole: a path inside it. */
  product: string;
  /** The same thing where this machine already has it, new enough. */
  installed?: () => Promise<string | undefined>;
  /** Throws `tool-missing` where this machine cannot build it. */
  build(work: { into: string; log: string; report: Report; signal: AbortSignal | undefined }): Promise<void>;
}

export interface ProvisionOptions {
  report: Report;
  signal?: AbortSignal | undefined;
  cache?: string;
}

export const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'reelay');

/** Where the program is: as installed on this machine, else from the cache, else built into the cache, once. */
export async function provision(recipe: Recipe, { report, signal, cache = cacheFolder() }: ProvisionOptions) {
  const installed = await recipe.installed?.();
  if (installed !== undefined) return installed;
  const folder = join(cache, `${recipe.name}-${recipe.version}`);
  const product = join(folder, recipe.product);
  if (existsSync(product)) return product;

  await mkdir(cache, { recursive: true });
  await underBuildLock(folder, { report, signal }, async () => {
    if (!existsSync(product)) await buildWhole(recipe, { cache, folder, report, signal });
  });
  return product;
}

type Work = { cache: string; folder: string; report: Report; signal: AbortSignal | undefined };

/** A folder of that name is either absent or whole: it is built under another name and then renamed. */
async function buildWhole(recipe: Recipe, { cache, folder, report, signal }: Work): Promise<void> {
  const prefix = `.${recipe.name}-${recipe.version}-`;
  for (const left of await readdir(cache)) {
    if (left.startsWith(prefix)) await rm(join(cache, left), { recursive: true, force: true });
  }
  const into = join(cache, `${prefix}${process.pid}`);
  await mkdir(into);
  try {
    await recipe.build({ into, log: `${folder}.log`, report, signal });
    await rm(folder, { recursive: true, force: true });
    await rename(into, folder);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

import { createHash } from 'node:crypto';
import { hasValidator, type InputVersion } from '../../contracts/plan.js';

/** Raised when the same recipe makes other bytes: work of an older version is then never taken for that of this one. */
const RECIPE_VERSION = 2;

/** An input as one run of a task has found it. */
interface FoundInput {
  url: string;
  version: InputVersion;
  runId: string;
}

/**
 * Stands for which bytes are made into what: 24 hexadecimal digits. Where nothing tells one version of the input from the
 * next, its address does, and only this run goes on with what it has made: the bytes may be others by the next one.
 */
export function unitOf({ url, version, runId }: FoundInput, recipe: object): string {
  const told = [RECIPE_VERSION, version.sizeBytes, version.tag, recipe];
  const untold = hasValidator(version) ? [] : [url.replace(/[?#].*$/s, ''), runId];
  return createHash('sha256')
    .update(JSON.stringify(told.concat(untold)))
    .digest('hex')
    .slice(0, 24);
}

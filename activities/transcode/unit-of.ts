import { createHash } from 'node:crypto';
import type { InputVersion } from '../../contracts/plan.js';

/** Raised when the same recipe makes other bytes: work of an older version is then never taken for that of this one. */
const RECIPE_VERSION = 2;

/** Stands for which bytes are made into what: 24 hexadecimal digits. */
export const unitOf = (version: InputVersion, recipe: object): string =>
  createHash('sha256')
    .update(JSON.stringify([RECIPE_VERSION, version.sizeBytes, version.tag, recipe]))
    .digest('hex')
    .slice(0, 24);

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchemas } from './json-schemas.js';

/** Writes schemas/ anew: `npm run build && node dist/cli/write-schemas.js`. */
const folder = fileURLToPath(new URL('../../schemas/', import.meta.url));

await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(jsonSchemas())) await writeFile(join(folder, name), text);

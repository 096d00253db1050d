import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip, type ClipOptions } from '../../dev/clip.js';

export type { ClipOptions };

const made = new Map<string, Promise<string>>();
let folder: string | undefined;

after('remove the clips', async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** An FLV file of moving test pictures with a tone, made once for each set of options. */
export function clip(options: ClipOptions = {}): Promise<string> {
  const name = JSON.stringify(options);
  const making = made.get(name) ?? make(options);
  made.set(name, making);
  return making;
}

/** A folder for what is made of clips; it goes with them. */
export const clipFolder = (): string => (folder ??= mkdtempSync(join(tmpdir(), 'reelay-clips-')));

async function make(options: ClipOptions): Promise<string> {
  const file = join(clipFolder(), `${made.size}.flv`);
  await makeClip(file, options);
  return file;
}

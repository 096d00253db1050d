import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chunk, TranscodePlan } from '../../contracts/plan.js';
import type { Scratch } from './scratch.js';

export interface ChunkFile {
  rendition: string;
  path: string;
}

/**
 * Chunks that were encoded on this host and are not stored yet. They outlive the process: a worker that is killed while it
 * stores one goes on with it when it is started again, so that a crash costs the chunk that is being encoded and no other.
 */
export interface KeptChunk {
  /** All renditions; undefined where none is kept. */
  find(): Promise<ChunkFile[] | undefined>;
  keep(files: readonly ChunkFile[]): Promise<ChunkFile[]>;
  forget(): Promise<void>;
}

export function keptChunk(
  { keptFolder }: Pick<Scratch, 'keptFolder'>,
  { plan: { unit, renditions }, index, folder }: { plan: TranscodePlan; index: Chunk['index']; folder: string },
): KeptChunk {
  const own = join(keptFolder, `${unit}-${index}`);
  const files = renditions.map(({ name }) => ({ rendition: name, path: join(own, `${name}.mp4`) }));
  return {
    async find() {
      const there = await readdir(own).catch(() => [] as string[]); // none is kept
      return files.every(({ rendition }) => there.includes(`${rendition}.mp4`)) ? files : undefined;
    },
    async keep(made) {
      const whole = join(folder, 'whole');
      await mkdir(whole);
      await Promise.all(made.map(({ rendition, path }) => rename(path, join(whole, `${rendition}.mp4`))));
      await rm(own, { recursive: true, force: true });
      await rename(whole, own); // at once: a chunk is kept with all its renditions, or not at all
      return files;
    },
    forget: () => rm(own, { recursive: true, force: true }),
  };
}

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../contracts/errors.js';
import { audioKey, chunkKey } from '../../contracts/keys.js';
import type { TranscodeHost } from './transcode-host.js';
import type { PieceWork } from './work-piece.js';

/** Apart from what is made of them. */
const PIECES = 'pieces';

type Fetching = Pick<TranscodeHost, 'large' | 'stages'>;

/** The chunks of a rendition on this host, in the order of the plan; each is checked against its hash. */
export function fetchChunks(host: Fetching, work: PieceWork, rendition: string): Promise<string[]> {
  const { unit, chunks } = work.plan;
  const keys = chunks.map(({ index }) => chunkKey(work.task, { unit, rendition, index }));
  return fetchAll(
    host,
    work,
    keys.map((key, index) => ({ key, path: join(work.folder, PIECES, `${rendition}-${index}.mp4`) })),
  );
}

export async function fetchAudio(host: Fetching, work: PieceWork): Promise<string | undefined> {
  if (work.plan.audio === 'none') return undefined;
  const [path] = await fetchAll(host, work, [
    { key: audioKey(work.task, work.plan.unit), path: join(work.folder, PIECES, 'audio.m4a') },
  ]);
  return path;
}

/** What has been joined makes room for what comes next. */
export async function removePieces(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

async function fetchAll(
  { large, stages }: Fetching,
  work: PieceWork,
  files: readonly { key: string; path: string }[],
): Promise<string[]> {
  const { signal, priority } = work;
  await mkdir(join(work.folder, PIECES), { recursive: true });
  await stages.transfer({ priority, signal }, async () => {
    for (const [index, { key, path }] of files.entries()) {
      work.at('fetch', index / files.length);
      const found = await large.getFile(key, { path, signal });
      if (!found) throw fault('output-unproven', `${key} is gone: the work of this task was removed meanwhile`);
    }
  });
  return files.map(({ path }) => path);
}

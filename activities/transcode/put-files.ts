import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Measure } from '../../adapters/large-objects/large-objects.js';
import type { MadeFile } from '../../media/transcode/piece.js';
import { outputKey } from '../../contracts/keys.js';
import type { TranscodeOutput } from '../../contracts/manifest.js';
import type { TranscodeHost } from './transcode-host.js';
import type { PieceWork } from './work-piece.js';

interface Piece {
  key: string;
  path: string;
  contentType: string;
  frames?: number;
}

type Putting = Pick<TranscodeHost, 'large' | 'stages'>;

/** Stores proven pieces, each once: where another attempt was faster, its piece stays. Answers what they measure. */
export async function putPieces(
  { large, stages }: Putting,
  work: PieceWork,
  pieces: readonly Piece[],
): Promise<Measure[]> {
  const { signal, priority } = work;
  const hashes = await Promise.all(pieces.map(({ path }) => measure(path)));
  const total = hashes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let sent = 0;
  await stages.transfer({ priority, signal }, async () => {
    for (const [index, { key, path, contentType, frames }] of pieces.entries()) {
      const { sha256, sizeBytes } = hashes[index]!;
      const metadata = { sha256, ...(frames === undefined ? {} : { frames: String(frames) }) };
      const onProgress = (bytes: number): void => {
        work.at('upload', (sent + bytes) / total);
      };
      await large.putFile(key, { path, contentType, metadata, signal, onProgress });
      sent += sizeBytes;
    }
  });
  return hashes;
}

/** Stores what a reader is to get, under keys that no manifest names yet. */
export async function putOutputs(
  host: Putting,
  work: PieceWork,
  { files, outputPrefix, ssim }: { files: readonly MadeFile[]; outputPrefix: string; ssim?: number },
): Promise<TranscodeOutput[]> {
  const { unit } = work.plan;
  const keyed = files.map((file) => ({ ...file, key: outputKey(outputPrefix, { unit, path: file.name }) }));
  const measures = await putPieces(host, work, keyed);
  return keyed.map(({ path: _, name, ...file }, index) => ({
    ...file,
    ...measures[index]!,
    path: `${unit}/${name}`,
    ...(ssim === undefined ? {} : { ssim }),
  }));
}

async function measure(path: string): Promise<Measure> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

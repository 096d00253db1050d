import { chunkKey } from '../contracts/keys.js';
import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { encodeChunk as encode } from '../media/transcode/encode-chunk.js';
import { keptChunk, type ChunkFile, type KeptChunk } from './transcode/kept-chunks.js';
import { putPieces } from './transcode/put-files.js';
import { chunkMsOf, roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, REUSED, workOnPiece, type PieceWork } from './transcode/work-piece.js';

/** All renditions of one stretch of the video by one decode, proven and stored; what is stored first stays. */
export const createEncodeChunk = (host: TranscodeHost) =>
  async function encodeChunk({ index, ...input }: UnitInput & { index: number }): Promise<PieceResult> {
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'chunk', index } });
    return workOnPiece(host, { ...input, piece: `chunk ${index + 1}`, room }, async (work) => {
      const { task, plan, folder } = work;
      const keyOf = (rendition: string): string => chunkKey(task, { unit: plan.unit, rendition, index });
      const stored = await Promise.all(plan.renditions.map(({ name }) => host.store.head(keyOf(name))));
      const kept = keptChunk(host.scratch, { plan, index, folder });
      if (stored.every((found) => found)) {
        await kept.forget();
        return REUSED;
      }
      const there = await kept.find();
      const made = there ? { ...REUSED, files: there } : await encodeAndKeep(host, { work, index, kept });
      const { frames } = plan.chunks[index]!;
      const chunks = made.files.map(({ rendition, path }) => ({
        key: keyOf(rendition),
        path,
        frames,
        contentType: 'video/mp4',
      }));
      await putPieces(host, work, chunks);
      await kept.forget();
      return { isReused: made.isReused, cpuSeconds: made.cpuSeconds, outputs: [] };
    });
  };

async function encodeAndKeep(
  { stages, threads }: TranscodeHost,
  { work, index, kept }: { work: PieceWork; index: number; kept: KeptChunk },
): Promise<Pick<PieceResult, 'isReused' | 'cpuSeconds'> & { files: ChunkFile[] }> {
  const { task, plan, signal, priority } = work;
  return work.withInput((file) =>
    stages.encodeChunk({ task: `${task.tenant}/${task.taskId}`, priority, signal }, async () => {
      const made = await encode({ ...work.media(chunkMsOf(plan, index)), file, index, threads });
      const files = made.renditions.map(({ name: rendition, path }) => ({ rendition, path }));
      return { ...noteRun(work, made), files: await kept.keep(files) };
    }),
  );
}

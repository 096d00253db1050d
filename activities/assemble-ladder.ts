import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { joinHlsAudio, joinHlsRendition, writeHlsMaster } from '../media/transcode/join-hls.js';
import type { MadeFile, PieceCost } from '../media/transcode/piece.js';
import { fetchAudio, fetchChunks } from './transcode/fetch-pieces.js';
import { putOutputs } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, workOnPiece } from './transcode/work-piece.js';

/** An HLS package: the renditions lowest first, the sound, and last the playlist that names them. */
export const createAssembleLadder = (host: TranscodeHost) =>
  async function assembleLadder({ outputPrefix, ...input }: UnitInput): Promise<PieceResult> {
    const bytesOf = (plan: Parameters<typeof roomFor>[0]): number =>
      roomFor(
        plan,
        plan.renditions.map(({ name }) => name),
      );
    return workOnPiece(host, { ...input, outputPrefix, piece: 'ladder', bytesOf }, async (work) => {
      const { plan, signal, priority } = work;
      const media = work.media(plan.probe.durationMs);
      const files: MadeFile[] = [];
      let cpuSeconds = 0;
      const add = (made: PieceCost & { files: MadeFile[] }): void => {
        files.push(...made.files);
        cpuSeconds += noteRun(work, made).cpuSeconds;
      };
      for (const { name: rendition } of plan.renditions) {
        const chunkPaths = await fetchChunks(host, work, rendition);
        add(
          await host.stages.encode({ priority, signal }, () => joinHlsRendition({ ...media, rendition, chunkPaths })),
        );
      }
      const audioPath = await fetchAudio(host, work);
      if (audioPath !== undefined)
        add(await host.stages.encode({ priority, signal }, () => joinHlsAudio({ ...media, audioPath })));
      const tracks = files.map((file) => ({ ...file, path: file.name }));
      files.push(await writeHlsMaster({ plan, folder: work.folder, tracks }));
      return { isReused: false, cpuSeconds, outputs: await putOutputs(host, work, { files, outputPrefix }) };
    });
  };

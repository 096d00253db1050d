import type { TranscodeOutput } from '../contracts/manifest.js';
import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import type { HlsTrack } from '../media/transcode/hls-playlist.js';
import { joinHlsAudio, joinHlsRendition, writeHlsMaster, type HlsPart } from '../media/transcode/join-hls.js';
import type { MadeFile } from '../media/transcode/piece.js';
import { fetchAudio, fetchChunks, removePieces } from './transcode/fetch-pieces.js';
import { putOutputs } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, workOnPiece } from './transcode/work-piece.js';

/**
 * An HLS package: the renditions lowest first, the sound, and last the playlist that names them. Each is stored and gone
 * from this host before the next one is fetched, so that a film takes the room of its largest rendition alone.
 */
export const createAssembleLadder = (host: TranscodeHost) =>
  async function assembleLadder({ outputPrefix, ...input }: UnitInput): Promise<PieceResult> {
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'ladder' } });
    return workOnPiece(host, { ...input, outputPrefix, piece: 'ladder', room }, async (work) => {
      const { plan, folder, signal, priority } = work;
      const media = work.media(plan.probe.durationMs);
      const outputs: TranscodeOutput[] = [];
      const tracks: HlsTrack[] = [];
      let cpuSeconds = 0;
      const put = async (files: readonly MadeFile[]): Promise<void> => {
        outputs.push(...(await putOutputs(host, work, { files, outputPrefix })));
      };
      const join = async (pieces: readonly string[], joining: () => Promise<HlsPart>): Promise<void> => {
        const made = await host.stages.encode({ priority, signal }, joining);
        cpuSeconds += noteRun(work, made).cpuSeconds;
        await removePieces(pieces);
        await put(made.files);
        tracks.push(...made.files.map((file) => ({ ...file, path: file.name })));
        await removePieces(made.files.map(({ path }) => path));
      };
      for (const { name: rendition } of plan.renditions) {
        const chunkPaths = await fetchChunks(host, work, rendition);
        await join(chunkPaths, () => joinHlsRendition({ ...media, rendition, chunkPaths }));
      }
      const audioPath = await fetchAudio(host, work);
      if (audioPath !== undefined) await join([audioPath], () => joinHlsAudio({ ...media, audioPath }));
      await put([await writeHlsMaster({ plan, folder, tracks })]);
      return { isReused: false, cpuSeconds, outputs };
    });
  };

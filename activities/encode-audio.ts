import { audioKey } from '../contracts/keys.js';
import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { encodeAudio as encode } from '../media/transcode/encode-audio.js';
import { putPieces } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, REUSED, workOnPiece } from './transcode/work-piece.js';

/** The sound of the whole input, once: encoded in chunks it would have a gap at each joint. */
export const createEncodeAudio = (host: TranscodeHost) =>
  async function encodeAudio(input: UnitInput): Promise<PieceResult> {
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'audio' } });
    return workOnPiece(host, { ...input, piece: 'audio', room }, async (work) => {
      const { task, plan, signal, priority } = work;
      const key = audioKey(task, plan.unit);
      if (await host.store.head(key)) return REUSED;
      const made = await work.withInput((file) =>
        host.stages.encodeAudio({ priority, signal }, () => encode({ ...work.media(plan.probe.durationMs), file })),
      );
      await putPieces(host, work, [{ key, path: made.path, contentType: 'audio/mp4' }]);
      return { ...noteRun(work, made), outputs: [] };
    });
  };

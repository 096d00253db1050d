import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { makeThumbnails as make } from '../media/transcode/make-thumbnails.js';
import { putOutputs } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, workOnPiece } from './transcode/work-piece.js';

/** Sheets of small pictures, and the index by which a player finds the one of a moment. */
export const createMakeThumbnails = (host: TranscodeHost) =>
  async function makeThumbnails({ outputPrefix, ...input }: UnitInput): Promise<PieceResult> {
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'thumbnails' } });
    return workOnPiece(host, { ...input, outputPrefix, piece: 'thumbnails', room }, async (work) => {
      const { plan, signal, priority } = work;
      const made = await work.withInput((file) =>
        host.stages.encode({ priority, signal }, () => make({ ...work.media(plan.probe.durationMs), file })),
      );
      return { ...noteRun(work, made), outputs: await putOutputs(host, work, { files: made.files, outputPrefix }) };
    });
  };

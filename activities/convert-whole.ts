import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { convertWhole as convert } from '../media/transcode/convert-whole.js';
import { putOutputs } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, workOnPiece } from './transcode/work-piece.js';

/** What needs no encoding of pictures: a copy, the same streams in another container, or the sound alone. */
export const createConvertWhole = (host: TranscodeHost) =>
  async function convertWhole({ outputPrefix, ...input }: UnitInput): Promise<PieceResult> {
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'whole' } });
    return workOnPiece(host, { ...input, outputPrefix, piece: 'whole', room }, (work) =>
      work.withInput(async (file) => {
        const { plan, signal, priority } = work;
        const made = await host.stages.encode({ priority, signal }, () =>
          convert({ ...work.media(plan.probe.durationMs), file }),
        );
        return { ...noteRun(work, made), outputs: await putOutputs(host, work, { files: made.files, outputPrefix }) };
      }),
    );
  };

import { fault } from '../contracts/errors.js';
import type { TranscodePlan } from '../contracts/plan.js';
import type { PieceResult, UnitInput } from '../contracts/transcode-work.js';
import { joinMp4 } from '../media/transcode/join-mp4.js';
import { measureSsim } from '../media/transcode/measure-ssim.js';
import { fetchAudio, fetchChunks, removePieces } from './transcode/fetch-pieces.js';
import { putOutputs } from './transcode/put-files.js';
import { roomFor } from './transcode/room-for.js';
import type { TranscodeHost } from './transcode/transcode-host.js';
import { noteRun, workOnPiece, type PieceWork } from './transcode/work-piece.js';

/** One rendition as a file: its chunks joined, its sound beside them, all of it proven before it is stored. */
export const createAssembleRendition = (host: TranscodeHost) =>
  async function assembleRendition({ rendition, ...input }: UnitInput & { rendition: string }): Promise<PieceResult> {
    const { minSsim } = input.settings;
    const room = (plan: TranscodePlan) => roomFor(plan, { piece: { kind: 'rendition', name: rendition }, minSsim });
    return workOnPiece(host, { ...input, piece: rendition, room }, async (work) => {
      const { plan, signal, priority } = work;
      const chunkPaths = await fetchChunks(host, work, rendition);
      const audioPath = await fetchAudio(host, work);
      const made = await host.stages.encode({ priority, signal }, () =>
        joinMp4({ ...work.media(plan.probe.durationMs), rendition, chunkPaths, audioPath }),
      );
      await removePieces(chunkPaths);
      const { cpuSeconds } = noteRun(work, made);
      const output = made.file.path;
      const proof = minSsim === undefined ? UNMEASURED : await likeness(host, work, { rendition, output, minSsim });
      const { ssim } = proof;
      const files = { files: [made.file], outputPrefix: input.outputPrefix, ...(ssim === undefined ? {} : { ssim }) };
      const outputs = await putOutputs(host, work, files);
      return { isReused: false, cpuSeconds: cpuSeconds + proof.cpuSeconds, outputs };
    });
  };

interface Likeness {
  ssim?: number;
  cpuSeconds: number;
}

const UNMEASURED: Likeness = { cpuSeconds: 0 };

/** How like its source a rendition is; a task that asks for more than that fails with it. */
async function likeness(
  { stages }: TranscodeHost,
  work: PieceWork,
  { minSsim, ...compared }: { rendition: string; output: string; minSsim: number },
): Promise<Likeness> {
  const { priority, signal, plan } = work;
  const { ssim, ...cost } = await work.withInput((file) =>
    stages.encode({ priority, signal }, () => measureSsim({ ...work.media(plan.probe.durationMs), file, ...compared })),
  );
  const { cpuSeconds } = noteRun(work, cost);
  if (ssim >= minSsim) return { ssim, cpuSeconds };
  throw fault('quality-too-low', `mean SSIM is ${ssim.toFixed(4)}: expected at least ${minSsim}`);
}

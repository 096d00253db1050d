import { taskRefOf, type TaskRef } from '../../contracts/ids.js';
import type { TranscodePlan } from '../../contracts/plan.js';
import type { PieceResult, UnitInput } from '../../contracts/transcode-work.js';
import type { PieceCost, PieceOptions } from '../../media/transcode/piece.js';
import { runPiece, type PieceRun } from './run-piece.js';
import { planOf } from '../../records/stored-plan.js';
import type { TranscodeHost } from './transcode-host.js';

/** One attempt at a piece of a plan, with a folder of its own that is gone after it. */
export interface PieceWork extends PieceRun {
  task: TaskRef;
  plan: TranscodePlan;
  folder: string;
  priority: number;
  /** For what the media layer runs; `totalMs` is what its progress is measured by. */
  media(totalMs: number): PieceOptions;
  /** The input on this host, for as long as the work with it takes. */
  withInput<Result>(work: (file: string) => Promise<Result>): Promise<Result>;
}

interface Piece extends UnitInput {
  /** As logs and heartbeats name it. */
  piece: string;
  /** What it may write to the scratch folder. */
  bytesOf(plan: TranscodePlan): number;
}

/** Runs a piece with all that it needs; what is made of it is stored by the piece itself. */
export function workOnPiece(
  host: TranscodeHost,
  { settings, unit, piece, bytesOf }: Piece,
  work: (work: PieceWork) => Promise<Omit<PieceResult, 'host'>>,
): Promise<PieceResult> {
  const task = taskRefOf(settings);
  return runPiece(host, { task, piece }, async (run) => {
    const { signal, runId } = run;
    const plan = await planOf(host.store, { task, unit });
    const room = await host.scratch.reserve(bytesOf(plan), { signal });
    try {
      const result = await host.scratch.withFolder((folder) =>
        work({
          ...run,
          task,
          plan,
          folder,
          priority: settings.priority,
          media: (totalMs) => mediaOptions(host, { run, plan, folder, totalMs }),
          async withInput(use) {
            const { url } = settings.input;
            const onProgress = (part: number): void => {
              run.at('fetch', part);
            };
            const input = await host.inputs.acquire({ url, version: plan.input, runId }, { signal, onProgress });
            run.at('waiting'); // for its turn on an encoder
            try {
              return await use(input.path);
            } finally {
              input.release();
            }
          },
        }),
      );
      return { ...result, host: host.name };
    } finally {
      room.release();
    }
  });
}

export const REUSED: Omit<PieceResult, 'host'> = { isReused: true, cpuSeconds: 0, outputs: [] };

/** Writes what ffmpeg said to the log of the attempt, and answers what the result says of its cost. */
export function noteRun(
  { log }: Pick<PieceWork, 'log'>,
  cost: PieceCost,
): Pick<PieceResult, 'isReused' | 'cpuSeconds'> {
  log.add(...cost.log);
  return { isReused: false, cpuSeconds: cost.cpuSeconds };
}

function mediaOptions(
  { ffmpeg, ffprobe }: TranscodeHost,
  { run, plan, folder, totalMs }: { run: PieceRun; plan: TranscodePlan; folder: string; totalMs: number },
): PieceOptions {
  return {
    ffmpeg,
    ffprobe,
    plan,
    folder,
    signal: run.signal,
    onProgress: ({ outTimeMs, speed }) => {
      run.at('encode', outTimeMs / Math.max(1, totalMs), speed);
    },
  };
}

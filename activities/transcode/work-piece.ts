import { taskRefOf, type TaskRef } from '../../contracts/ids.js';
import type { InputVersion, TranscodePlan } from '../../contracts/plan.js';
import type { PieceResult, UnitInput } from '../../contracts/transcode-work.js';
import type { PieceCost, PieceOptions } from '../../media/transcode/piece.js';
import { runPiece, type PieceRun } from './run-piece.js';
import { planOf } from '../../records/stored-plan.js';
import type { ReservedInput } from './input-cache.js';
import type { PieceRoom } from './room-for.js';
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
  room(plan: TranscodePlan): PieceRoom;
}

/** Runs a piece with all that it needs; what is made of it is stored by the piece itself. */
export function workOnPiece(
  host: TranscodeHost,
  { settings, unit, piece, room }: Piece,
  work: (work: PieceWork) => Promise<Omit<PieceResult, 'host'>>,
): Promise<PieceResult> {
  const task = taskRefOf(settings);
  return runPiece(host, { task, piece }, async (run) => {
    const { signal, runId } = run;
    const plan = await planOf(host.store, { task, unit });
    const { url } = settings.input;
    const reserved = await reserve(host, { input: { url, version: plan.input, runId }, room: room(plan), signal });
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
            const onProgress = (part: number): void => {
              run.at('fetch', part);
            };
            const file = await reserved.fetch({ signal, onProgress });
            run.at('waiting'); // for its turn on an encoder
            return use(file);
          },
        }),
      );
      return { ...result, host: host.name };
    } finally {
      reserved.release();
    }
  });
}

interface Reserving {
  input: { url: string; version: InputVersion; runId: string };
  room: PieceRoom;
  signal: AbortSignal;
}

/** All the room that a piece ever takes: while it waits it holds none, and what it has is enough. */
async function reserve(
  { inputs, scratch }: Pick<TranscodeHost, 'inputs' | 'scratch'>,
  { input, room, signal }: Reserving,
): Promise<ReservedInput> {
  const { bytes, usesInput } = room;
  if (usesInput) return inputs.reserve({ ...input, besideBytes: bytes }, { signal });
  const { release } = await scratch.reserve(bytes, { signal });
  const fetch = (): Promise<string> => Promise.reject(new Error('this piece has asked for no input'));
  return { fetch, release };
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

import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { TranscodeActivities } from '../../activities/index.js';
import { problemOf } from '../../contracts/errors.js';
import { TRANSCODE_QUEUE } from '../../contracts/queues.js';
import type { PieceResult, TranscodePiece, UnitInput } from '../../contracts/transcode-work.js';
import { PIECE, PIECE_FAULTS, PIECE_TRIES } from '../policies.js';
import { showTask } from './show-task.js';
import type { Task } from './task.js';

/** The activities that make pieces of this task, each shown in the Temporal UI by what it makes. */
export const pieceActivities = ({ playAtMs }: Pick<Task, 'playAtMs'>, summary: string): TranscodeActivities =>
  proxyActivities<TranscodeActivities>({
    ...{ ...PIECE, taskQueue: TRANSCODE_QUEUE, summary },
    ...(playAtMs === undefined ? {} : { priority: { priorityKey: 1 } }),
  });

/** Makes a piece, and counts it; one that fails by itself is made again before the task fails with it. */
export async function makePiece(
  task: Task,
  piece: Exclude<TranscodePiece, { kind: 'inspect' }>,
  unit: UnitInput,
): Promise<PieceResult> {
  const { pieces, warnings } = task.state;
  pieces.running += 1;
  try {
    const result = await again(
      () => callFor(task, piece)(unit),
      (problem) => {
        warnings.push(`${nameOf(piece)} was made again after ${problem.code}`);
        showTask(task);
      },
    );
    task.cpuSeconds += result.cpuSeconds;
    pieces.done += 1;
    pieces.reused += result.isReused ? 1 : 0;
    return result;
  } finally {
    pieces.running -= 1;
  }
}

function callFor(
  task: Task,
  piece: Exclude<TranscodePiece, { kind: 'inspect' }>,
): (unit: UnitInput) => Promise<PieceResult> {
  const activities = pieceActivities(task, nameOf(piece));
  switch (piece.kind) {
    case 'chunk':
      return (unit) => activities.encodeChunk({ ...unit, index: piece.index });
    case 'audio':
      return (unit) => activities.encodeAudio(unit);
    case 'whole':
      return (unit) => activities.convertWhole(unit);
    case 'rendition':
      return (unit) => activities.assembleRendition({ ...unit, rendition: piece.name });
    case 'ladder':
      return (unit) => activities.assembleLadder(unit);
    case 'thumbnails':
      return (unit) => activities.makeThumbnails(unit);
  }
}

function nameOf(piece: TranscodePiece): string {
  if (piece.kind === 'chunk') return `chunk ${piece.index + 1}`;
  return piece.kind === 'rendition' ? piece.name : piece.kind;
}

/** Repeats what failed by its own fault; each time is an activity of its own, so that attempts tell of lost workers alone. */
export async function again<Result>(
  call: () => Promise<Result>,
  onFault: (problem: { code: string }) => void,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const problem = isCancellation(error) ? undefined : problemOf(error);
      if (!problem || tries >= PIECE_TRIES || !PIECE_FAULTS.some((code) => code === problem.code)) throw error;
      onFault(problem);
    }
  }
}

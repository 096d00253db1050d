import { proxyActivities } from '@temporalio/workflow';
import type { TranscodeActivities } from '../../activities/index.js';
import { TRANSCODE_QUEUE } from '../../contracts/queues.js';
import type { PieceResult, UnitInput } from '../../contracts/transcode-work.js';
import type { Holder } from '../kit/holder.js';
import { retryOwnFault } from '../kit/retry-own-fault.js';
import { PIECE } from '../policies.js';
import {
  nameOf,
  withInspected,
  withPieceBegun,
  withPieceFailed,
  withPieceMade,
  withPieceRepeated,
} from '../state/task-machine.js';
import type { MediaPiece, TaskMachine } from '../state/task-state.js';
import { showTask } from './show-task.js';

/** What the input is, what is to be made of it, and what of that is there already. */
export async function inspect(holder: Holder<TaskMachine>): Promise<void> {
  const { settings, policy } = holder.machine;
  const { inspectInput } = pieceActivities(holder.machine, 'look at the input');
  const inspection = await retryOwnFault(() => inspectInput({ settings, chunkMs: policy.chunkMs }));
  holder.machine = withInspected(holder.machine, inspection);
  showTask(holder.machine);
}

/** Makes a piece, and counts it; one that fails by itself is made again before the task fails with it. */
export async function makePiece(
  holder: Holder<TaskMachine>,
  { piece, unit }: { piece: MediaPiece; unit: UnitInput },
): Promise<void> {
  holder.machine = withPieceBegun(holder.machine, piece);
  try {
    const result = await retryOwnFault(
      () => callFor(holder.machine, piece)(unit),
      (problem) => {
        holder.machine = withPieceRepeated(holder.machine, { piece, problem });
        showTask(holder.machine);
      },
    );
    holder.machine = withPieceMade(holder.machine, { piece, result, atMs: Date.now() });
    showTask(holder.machine);
  } catch (error) {
    holder.machine = withPieceFailed(holder.machine);
    throw error;
  }
}

function callFor(machine: TaskMachine, piece: MediaPiece): (unit: UnitInput) => Promise<PieceResult> {
  const activities = pieceActivities(machine, nameOf(piece));
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

/** The activities that make pieces of this task, each shown in the Temporal UI by what it makes. */
const pieceActivities = ({ playAtMs }: TaskMachine, summary: string): TranscodeActivities =>
  proxyActivities<TranscodeActivities>({
    ...PIECE,
    taskQueue: TRANSCODE_QUEUE,
    summary,
    ...(playAtMs === undefined ? {} : { priority: { priorityKey: 1 } }),
  });

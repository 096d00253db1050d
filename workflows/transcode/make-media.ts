import type { Inspection, UnitInput } from '../../contracts/transcode-work.js';
import type { Holder } from '../kit/holder.js';
import { together } from '../kit/together.js';
import { nextChunk, nextMedia, withMakingBegun, withPhase } from '../state/task-machine.js';
import type { MediaStep, TaskMachine } from '../state/task-state.js';
import { makePiece } from './pieces.js';
import { showTask } from './show-task.js';

/** All media of a task: encoded in chunks and joined, or converted as a whole; thumbnails beside it. */
export async function makeMedia(holder: Holder<TaskMachine>, inspection: Inspection): Promise<void> {
  const { unit, outputPrefix, hasThumbnails } = inspection;
  const input: UnitInput = { settings: holder.machine.settings, unit, outputPrefix };
  holder.machine = withMakingBegun(holder.machine, Date.now());
  showTask(holder.machine);
  const thumbnails = () => makePiece(holder, { piece: { kind: 'thumbnails' }, unit: input });
  await together([() => makeRenditions(holder, input), ...(hasThumbnails ? [thumbnails] : [])]);
  holder.machine = withPhase(holder.machine, { phase: 'publish', atMs: Date.now() });
  showTask(holder.machine);
}

async function makeRenditions(holder: Holder<TaskMachine>, unit: UnitInput): Promise<void> {
  for (;;) {
    const step = nextMedia(holder.machine);
    if (!step) return;
    if (step.kind === 'encode') await encode(holder, { step, unit });
    else await makePiece(holder, { piece: step.piece, unit });
  }
}

/** A bounded number of chunks at a time, each next one chosen when a lane is free: what is played may have changed by then. */
async function encode(
  holder: Holder<TaskMachine>,
  { step, unit }: { step: Extract<MediaStep, { kind: 'encode' }>; unit: UnitInput },
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = nextChunk(holder.machine);
      if (index === undefined) return;
      await makePiece(holder, { piece: { kind: 'chunk', index }, unit });
    }
  };
  const chunks = () => together(Array.from({ length: step.lanes }, () => lane));
  const audio = () => makePiece(holder, { piece: { kind: 'audio' }, unit });
  await together<unknown>([chunks, ...(step.hasAudio ? [audio] : [])]);
  holder.machine = withPhase(holder.machine, { phase: 'assemble', atMs: Date.now() });
  showTask(holder.machine);
}

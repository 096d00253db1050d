import type { TranscodeOutput } from '../../contracts/manifest.js';
import type { Inspection, UnitInput } from '../../contracts/transcode-work.js';
import { nextChunk } from '../state/transcode-progress.js';
import { makePiece } from './pieces.js';
import { enterPhase, setPart, type Task } from './task.js';
import { together } from './together.js';

/** All media of a task: encoded in chunks and joined, or converted as a whole; thumbnails beside it. */
export async function makeMedia(
  task: Task,
  { unit, inspection }: { unit: UnitInput; inspection: Inspection },
): Promise<TranscodeOutput[]> {
  const { decision, chunks, audio, isLadder, hasThumbnails, renditions } = inspection;
  const isWhole = decision.kind !== 'encode' || chunks === 0;
  const joints = isLadder ? 1 : renditions.length;
  task.state.pieces.total = (isWhole ? 1 : chunks + (audio === 'none' ? 0 : 1) + joints) + (hasThumbnails ? 1 : 0);
  task.state.renditions = renditions.map((name) => ({ name, isReady: false }));
  enterPhase(task, 'encode');
  const outputs = await together([
    () => (isWhole ? convert(task, unit) : encode(task, { unit, inspection })),
    ...(hasThumbnails ? [() => makePiece(task, { kind: 'thumbnails' }, unit).then((made) => made.outputs)] : []),
  ]);
  return outputs.flat();
}

async function convert(task: Task, unit: UnitInput): Promise<TranscodeOutput[]> {
  const { outputs } = await makePiece(task, { kind: 'whole' }, unit);
  for (const rendition of task.state.renditions) rendition.isReady = true;
  enterPhase(task, 'assemble');
  return outputs;
}

async function encode(
  task: Task,
  { unit, inspection }: { unit: UnitInput; inspection: Inspection },
): Promise<TranscodeOutput[]> {
  await together([
    () => encodeChunks(task, { unit, inspection }),
    ...(inspection.audio === 'none' ? [] : [() => makeAudio(task, { unit, inspection })]),
  ]);
  enterPhase(task, 'assemble');
  if (inspection.isLadder) {
    const { outputs } = await makePiece(task, { kind: 'ladder' }, unit);
    for (const rendition of task.state.renditions) rendition.isReady = true;
    return outputs;
  }
  const outputs: TranscodeOutput[] = [];
  for (const [index, rendition] of task.state.renditions.entries()) {
    outputs.push(...(await makePiece(task, { kind: 'rendition', name: rendition.name }, unit)).outputs);
    rendition.isReady = true;
    setPart(task, (index + 1) / task.state.renditions.length);
  }
  return outputs;
}

async function makeAudio(task: Task, { unit, inspection }: { unit: UnitInput; inspection: Inspection }): Promise<void> {
  if (inspection.isAudioDone) countReused(task);
  else await makePiece(task, { kind: 'audio' }, unit);
}

/** A bounded number at a time, each next one chosen when a place is free: what is played may have changed by then. */
async function encodeChunks(
  task: Task,
  { unit, inspection }: { unit: UnitInput; inspection: Inspection },
): Promise<void> {
  const { chunks, chunksDone, durationMs } = inspection;
  const taken = new Set(chunksDone);
  let done = taken.size;
  chunksDone.forEach(() => {
    countReused(task);
  });
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = nextChunk({ chunks, taken, durationMs, playAtMs: task.playAtMs });
      if (index === undefined) return;
      taken.add(index);
      await makePiece(task, { kind: 'chunk', index }, unit);
      setPart(task, (done += 1) / chunks);
    }
  };
  setPart(task, done / chunks);
  await together(Array.from({ length: Math.min(task.policy.chunksAtOnce, chunks - done) }, () => lane));
}

function countReused({ state: { pieces } }: Task): void {
  pieces.done += 1;
  pieces.reused += 1;
}

import type { Problem } from '../../contracts/errors.js';
import type { TranscodeManifest, TranscodeOutput } from '../../contracts/manifest.js';
import type { TranscodeEvent, TranscodeEventKind } from '../../contracts/transcode-events.js';
import type { Inspection, PieceResult, TranscodePiece } from '../../contracts/transcode-work.js';
import type { TranscodePhase, TranscodeState, TranscodeStatus } from '../../contracts/transcode.js';
import type { TaskMachine, TaskAnnouncement, MediaPiece, TaskStep, MediaStep } from './task-state.js';

export function nextStep({ inspection, state, outputs, thumbnails }: TaskMachine): TaskStep {
  if (!inspection) return { kind: 'inspect' };
  if (inspection.published) return { kind: 'done', manifest: inspection.published };
  if (state.phase !== 'publish') return { kind: 'make', inspection };
  return state.manifest
    ? { kind: 'done', manifest: state.manifest }
    : { kind: 'publish', inspection, outputs: [...outputs, ...thumbnails] };
}

/** What is made next of the media: converted as a whole, or encoded and then joined, lowest rendition first. */
export function nextMedia({ inspection, state, isWholeMade, taken, policy }: TaskMachine): MediaStep | undefined {
  if (!inspection || isWholeMade) return undefined;
  if (isWhole(inspection)) return { kind: 'piece', piece: { kind: 'whole' } };
  const { audio, isAudioDone, chunks, isLadder } = inspection;
  if (state.phase === 'encode') {
    const lanes = Math.min(policy.chunksAtOnce, chunks - taken.length);
    return { kind: 'encode', lanes, hasAudio: audio !== 'none' && !isAudioDone };
  }
  if (isLadder) return { kind: 'piece', piece: { kind: 'ladder' } };
  const rendition = state.renditions.find(({ isReady }) => !isReady);
  return rendition && { kind: 'piece', piece: { kind: 'rendition', name: rendition.name } };
}

/** The chunk to begin next: from the first one on, or from where somebody plays; undefined where none is left. */
export function nextChunk({ inspection, taken, playAtMs = 0 }: TaskMachine): number | undefined {
  const { chunks, durationMs } = inspection ?? { chunks: 0, durationMs: 0 };
  const head = Math.min(chunks - 1, Math.floor((playAtMs / Math.max(1, durationMs)) * chunks));
  for (let step = 0; step < chunks; step += 1) {
    const index = (Math.max(0, head) + step) % chunks;
    if (!taken.includes(index)) return index;
  }
  return undefined;
}

export function withInspected(machine: TaskMachine, inspection: Inspection): TaskMachine {
  const { decision, durationMs, warnings } = inspection;
  return { ...withState(machine, { decision, durationMs, warnings: [...warnings], status: 'running' }), inspection };
}

/** What an earlier run has left is counted, and not made again. */
export function withMakingBegun(machine: TaskMachine, atMs: number): TaskMachine {
  const { inspection } = machine;
  if (!inspection) return machine;
  const { chunks, chunksDone, audio, isAudioDone, isLadder, hasThumbnails, renditions } = inspection;
  const whole = isWhole(inspection);
  const sound = audio === 'none' ? 0 : 1;
  const made = chunks + sound + (isLadder ? 1 : renditions.length);
  const reused = whole ? 0 : chunksDone.length + (isAudioDone ? sound : 0);
  const begun = withState(machine, {
    pieces: { total: (whole ? 1 : made) + (hasThumbnails ? 1 : 0), done: reused, reused, running: 0 },
    renditions: renditions.map((name) => ({ name, isReady: false })),
  });
  const encoding = withPhase(begun, { phase: 'encode', atMs });
  if (whole) return encoding;
  return withChunkShare({ ...encoding, taken: chunksDone, chunksDone: chunksDone.length });
}

export function withPieceBegun(machine: TaskMachine, piece: MediaPiece): TaskMachine {
  const { pieces } = machine.state;
  const begun = withState(machine, { pieces: { ...pieces, running: pieces.running + 1 } });
  return piece.kind === 'chunk' ? { ...begun, taken: [...begun.taken, piece.index] } : begun;
}

export const withPieceRepeated = (
  machine: TaskMachine,
  { piece, problem }: { piece: MediaPiece; problem: Pick<Problem, 'code'> },
): TaskMachine =>
  withState(machine, {
    warnings: [...machine.state.warnings, `${nameOf(piece)} was made again after ${problem.code}`],
  });

export function withPieceFailed(machine: TaskMachine): TaskMachine {
  const { pieces } = machine.state;
  return withState(machine, { pieces: { ...pieces, running: pieces.running - 1 } });
}

export function withPieceMade(
  machine: TaskMachine,
  { piece, result, atMs }: { piece: MediaPiece; result: PieceResult; atMs: number },
): TaskMachine {
  const { cpuSeconds, isReused, outputs } = result;
  const { total, done, reused, running } = machine.state.pieces;
  const pieces = { total, done: done + 1, reused: reused + (isReused ? 1 : 0), running: running - 1 };
  const counted = { ...withState(machine, { pieces }), cpuSeconds: machine.cpuSeconds + cpuSeconds };
  switch (piece.kind) {
    case 'chunk':
      return withChunkShare({ ...counted, chunksDone: counted.chunksDone + 1 });
    case 'audio':
      return counted;
    case 'thumbnails':
      return { ...counted, thumbnails: outputs };
    case 'whole':
      return withPhase(withAllReady(counted, outputs), { phase: 'assemble', atMs });
    case 'ladder':
      return withAllReady(counted, outputs);
    case 'rendition':
      return withRenditionReady({ ...counted, outputs: [...counted.outputs, ...outputs] }, piece.name);
  }
}

const withAllReady = (machine: TaskMachine, outputs: TranscodeOutput[]): TaskMachine => ({
  ...withState(machine, { renditions: machine.state.renditions.map(({ name }) => ({ name, isReady: true })) }),
  isWholeMade: true,
  outputs,
});

function withRenditionReady(machine: TaskMachine, ready: string): TaskMachine {
  const renditions = machine.state.renditions.map((each) => (each.name === ready ? { ...each, isReady: true } : each));
  const part = renditions.filter(({ isReady }) => isReady).length / renditions.length;
  return withPart(withState(machine, { renditions }), part);
}

const withChunkShare = (machine: TaskMachine): TaskMachine =>
  withPart(machine, machine.chunksDone / (machine.inspection?.chunks ?? 1));

export function withPhase(machine: TaskMachine, { phase, atMs }: { phase: TranscodePhase; atMs: number }): TaskMachine {
  const { phase: before, phaseMs } = machine.state;
  const spentMs = (phaseMs[before] ?? 0) + atMs - machine.phaseSinceMs;
  const entered = withState(machine, { phase, phaseMs: { ...phaseMs, [before]: spentMs } });
  return withPart({ ...entered, phaseSinceMs: atMs }, 0);
}

export const withPlay = (machine: TaskMachine, { atMs }: { atMs: number }): TaskMachine =>
  Number.isFinite(atMs) && atMs >= 0 ? { ...machine, playAtMs: atMs } : machine;

export const withStopping = (machine: TaskMachine): TaskMachine => withState(machine, { status: 'stopping' });

export const withManifest = (machine: TaskMachine, manifest: TranscodeManifest): TaskMachine =>
  withState(machine, { manifest });

/** Known before the end, which comes when what is left of the task is taken away. */
export const withProblem = (machine: TaskMachine, problem: Problem): TaskMachine => withState(machine, { problem });

export const withEnd = (
  machine: TaskMachine,
  { status, atMs }: { status: Exclude<TranscodeStatus, 'queued' | 'running' | 'stopping'>; atMs: number },
): TaskMachine =>
  withState(machine, {
    status,
    endedAtMs: atMs,
    ...(status === 'succeeded' ? { percent: 100 } : {}),
  });

export const hasEnded = ({ state }: TaskMachine): boolean => state.endedAtMs !== undefined;

/** What is to be told, as it is now. */
export function announcementOf(
  { settings, state, runId, sequence }: TaskMachine,
  { kind, atMs }: { kind: TranscodeEventKind; atMs: number },
): TaskAnnouncement {
  const { tenant, taskId, profile, labels } = settings;
  const { phase, percent, problem, manifest } = state;
  const event: TranscodeEvent = {
    tenant,
    taskId,
    runId,
    sequence: sequence + 1,
    atMs,
    profile,
    labels,
    phase,
    percent,
    ...(kind === 'failed' && problem ? { problem: { code: problem.code, message: problem.message } } : {}),
    ...(kind === 'succeeded' && manifest ? { manifest } : {}),
  };
  return { kind, event };
}

export const withAnnouncement = (machine: TaskMachine, told: TaskAnnouncement): TaskMachine => ({
  ...machine,
  announcements: [...machine.announcements, told],
  sequence: told.event.sequence,
  toldPercent: told.event.percent,
});

export function nameOf(piece: TranscodePiece): string {
  if (piece.kind === 'chunk') return `chunk ${piece.index + 1}`;
  return piece.kind === 'rendition' ? piece.name : piece.kind;
}

const isWhole = ({ decision, chunks }: Inspection): boolean => decision.kind !== 'encode' || chunks === 0;

/** What each phase adds to the percentage of a task: about the share of its time that it takes. */
const SHARES: Record<TranscodePhase, number> = { probe: 2, encode: 88, assemble: 8, publish: 2 };
const ORDER: readonly TranscodePhase[] = ['probe', 'encode', 'assemble', 'publish'];

/** The percentage of a task that has done a part (0 to 1) of its phase. */
export function percentOf(phase: TranscodePhase, part: number): number {
  const before = ORDER.slice(0, ORDER.indexOf(phase)).reduce((sum, one) => sum + SHARES[one], 0);
  return Math.round(10 * (before + SHARES[phase] * Math.min(1, Math.max(0, part)))) / 10;
}

const withPart = (machine: TaskMachine, part: number): TaskMachine =>
  withState(machine, { percent: percentOf(machine.state.phase, part) });

const withState = (machine: TaskMachine, change: Partial<TranscodeState>): TaskMachine => ({
  ...machine,
  state: { ...machine.state, ...change },
});

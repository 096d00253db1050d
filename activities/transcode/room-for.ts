import type { TranscodePlan } from '../../contracts/plan.js';
import type { TranscodePiece } from '../../contracts/transcode-work.js';
import type { TranscodeSettings } from '../../contracts/transcode.js';

/** What a piece takes of the scratch folder at once. */
export interface PieceRoom {
  bytes: number;
  /** The input lies beside it. */
  usesInput: boolean;
}

type MediaPiece = Exclude<TranscodePiece, { kind: 'inspect' }>;
type Wanted = Pick<TranscodeSettings, 'minSsim'>;

/** Rates are kept on average, not over each chunk. */
const CHUNK_SLACK = 2;
/** Over the length of a film they are kept, but for what a container adds. */
const SLACK = 1.25;
/** What is joined, and what it is joined to. */
const JOINED_COPIES = 2;
/** The most that sound takes, copied or encoded. */
const AUDIO_KBPS = 640;
/** Of an input that is only packed anew: the output, and for HLS the pictures alone before that. */
const REPACKED = { mp4: 1.1, hls: 2.2 };
/** All sheets of the longest video. */
const SHEETS_BYTES = 64 * 1024 * 1024;

export function roomFor(plan: TranscodePlan, { piece, minSsim }: Wanted & { piece: MediaPiece }): PieceRoom {
  switch (piece.kind) {
    case 'chunk':
      return { bytes: CHUNK_SLACK * picturesOf(plan.renditions, chunkMsOf(plan, piece.index)), usesInput: true };
    case 'audio':
      return { bytes: soundOf(plan), usesInput: true };
    case 'whole':
      return { bytes: wholeOf(plan), usesInput: true };
    case 'rendition':
      return { bytes: joinedOf(plan, piece.name) + JOINED_COPIES * soundOf(plan), usesInput: minSsim !== undefined };
    case 'ladder': {
      const renditions = plan.renditions.map(({ name }) => joinedOf(plan, name));
      // One by one: what a rendition was made of, and the rendition, are gone before the next one.
      return { bytes: Math.max(...renditions, JOINED_COPIES * soundOf(plan)), usesInput: false };
    }
    case 'thumbnails':
      return { bytes: SHEETS_BYTES, usesInput: true };
  }
}

/** The most that any piece of a task takes at once, known before the first of them is made. */
export function scratchNeed(plan: TranscodePlan, wanted: Wanted): number {
  const needs = piecesOf(plan)
    .map((piece) => roomFor(plan, { ...wanted, piece }))
    .map(({ bytes, usesInput }) => bytes + (usesInput ? plan.input.sizeBytes : 0));
  return Math.max(plan.input.sizeBytes, ...needs);
}

function piecesOf({ decision, chunks, audio, renditions, profile, probe }: TranscodePlan): MediaPiece[] {
  const sheets: MediaPiece[] = profile.thumbnails && probe.video ? [{ kind: 'thumbnails' }] : [];
  if (decision.kind !== 'encode' || chunks.length === 0) return [{ kind: 'whole' }, ...sheets];
  return [
    ...chunks.map(({ index }) => ({ kind: 'chunk', index }) as const),
    ...(audio === 'none' ? [] : [{ kind: 'audio' } as const]),
    ...(profile.package === 'hls'
      ? [{ kind: 'ladder' } as const]
      : renditions.map(({ name }) => ({ kind: 'rendition', name }) as const)),
    ...sheets,
  ];
}

/** The length of a chunk, milliseconds. */
export function chunkMsOf({ chunks, probe }: TranscodePlan, index: number): number {
  const [numerator, denominator] = probe.video?.timeBase ?? [1, 1000];
  return ((chunks[index]?.durationTicks ?? 0) * numerator * 1000) / denominator;
}

function wholeOf(plan: TranscodePlan): number {
  const { decision, profile, input } = plan;
  if (decision.kind === 'copy') return 0;
  if (profile.package === 'audio') return JOINED_COPIES * soundOf(plan);
  return input.sizeBytes * REPACKED[profile.package] + soundOf(plan);
}

const joinedOf = ({ renditions, probe }: TranscodePlan, rendition: string): number =>
  SLACK *
  JOINED_COPIES *
  picturesOf(
    renditions.filter(({ name }) => name === rendition),
    probe.durationMs,
  );

const soundOf = ({ audio, probe }: TranscodePlan): number =>
  audio === 'none' ? 0 : (AUDIO_KBPS * probe.durationMs) / 8;

const picturesOf = (renditions: TranscodePlan['renditions'], durationMs: number): number =>
  (durationMs * renditions.reduce((sum, { maxrateKbps }) => sum + maxrateKbps, 0)) / 8;

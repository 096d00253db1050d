import type { TranscodePhase } from '../../contracts/transcode.js';

/** What each phase adds to the percentage of a task: about the share of its time that it takes. */
const SHARES: Record<TranscodePhase, number> = { probe: 2, encode: 88, assemble: 8, publish: 2 };
const ORDER: readonly TranscodePhase[] = ['probe', 'encode', 'assemble', 'publish'];

/** The percentage of a task that has done a part (0 to 1) of its phase. */
export function percentOf(phase: TranscodePhase, part: number): number {
  const before = ORDER.slice(0, ORDER.indexOf(phase)).reduce((sum, one) => sum + SHARES[one], 0);
  return Math.round(10 * (before + SHARES[phase] * Math.min(1, Math.max(0, part)))) / 10;
}

interface Window {
  chunks: number;
  /** Done or under way. */
  taken: ReadonlySet<number>;
  durationMs: number;
  /** Where somebody plays, milliseconds of the media. */
  playAtMs?: number | undefined;
}

/** The chunk to begin next: from the first one on, or from where somebody plays; undefined where none is left. */
export function nextChunk({ chunks, taken, durationMs, playAtMs = 0 }: Window): number | undefined {
  const head = Math.min(chunks - 1, Math.floor((playAtMs / Math.max(1, durationMs)) * chunks));
  for (let step = 0; step < chunks; step += 1) {
    const index = (Math.max(0, head) + step) % chunks;
    if (!taken.has(index)) return index;
  }
  return undefined;
}

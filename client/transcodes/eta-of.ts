import type { TranscodeState } from '../../contracts/transcode.js';
import type { RunningPiece } from './running-pieces.js';

/** Less than this part of one piece says nothing yet. */
const LEAST_MADE = 0.1;

/**
 * Milliseconds until all pieces are made, from how long those took that were made in this run; undefined while nothing can
 * be said. What an earlier run had finished is no measure of speed.
 */
export function etaOf(
  { status, phaseMs, startedAtMs, pieces }: Pick<TranscodeState, 'status' | 'phaseMs' | 'startedAtMs' | 'pieces'>,
  { running, nowMs }: { running: readonly Pick<RunningPiece, 'stage' | 'percent'>[]; nowMs: number },
): number | undefined {
  if (status !== 'running' || phaseMs.probe === undefined) return undefined;
  const parts = running.filter(({ stage }) => stage !== 'waiting' && stage !== 'fetch').map(partOf);
  const made = pieces.done - pieces.reused + parts.reduce((sum, part) => sum + part, 0);
  const wanted = pieces.total - pieces.reused;
  const elapsedMs = nowMs - startedAtMs - phaseMs.probe;
  if (made < LEAST_MADE || elapsedMs <= 0) return undefined;
  return Math.max(0, Math.round((elapsedMs * (wanted - made)) / made));
}

const partOf = ({ stage, percent }: Pick<RunningPiece, 'stage' | 'percent'>): number =>
  stage === 'encode' ? (0.9 * percent) / 100 : 0.9;

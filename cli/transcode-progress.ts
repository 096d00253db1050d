import { MultiBar, Presets } from 'cli-progress';
import type { TranscodeDescription } from '../client/transcodes/describe-transcode.js';

const BAR = '{bar} {percentage} % | {name} | {text}';
const BAR_WIDTH = 24;

/** A line for a task or a batch, on a terminal; nothing where nobody looks. */
export interface ProgressLine {
  show(now: { percent: number; text: string }): void;
}

/** Lines of progress below each other on the error output, which are gone when they are closed. */
export interface ProgressLines {
  line(name: string): ProgressLine;
  close(): void;
}

export function progressLines(): ProgressLines {
  if (!process.stderr.isTTY) return { line: () => ({ show: () => undefined }), close: () => undefined };
  const bars = new MultiBar(
    {
      format: BAR,
      barsize: BAR_WIDTH,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      gracefulExit: false,
    },
    Presets.rect,
  );
  return {
    line(name) {
      const bar = bars.create(100, 0, { name, text: '' });
      return { show: ({ percent, text }) => bar.update(Math.round(percent), { name, text }) };
    },
    close: () => bars.stop(),
  };
}

/** Phase, speed and the time that is left. */
export function progressText({ state, running, etaMs }: TranscodeDescription): string {
  const speed = running.reduce((sum, piece) => sum + (piece.speed ?? 0), 0);
  return [
    state.status === 'running' ? state.phase : state.status,
    ...(state.pieces.total > 0 ? [`${state.pieces.done}/${state.pieces.total} pieces`] : []),
    ...(speed > 0 ? [`${speed.toFixed(1)}x`] : []),
    ...(etaMs === undefined ? [] : [`${timeText(etaMs)} left`]),
  ].join(', ');
}

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

export function timeText(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.round(ms / SECOND)} s`;
  return ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} min` : `${(ms / HOUR).toFixed(1)} h`;
}

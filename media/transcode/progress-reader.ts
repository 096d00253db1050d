import type { Progress } from './piece.js';

/** Reads what `-progress` prints: lines of key=value, a block of which ends with `progress=continue` or `progress=end`. */
export function progressReader() {
  const now: Progress = { frames: 0, outTimeMs: 0, speed: 0 };
  let told = '';
  let isAtEnd = false;
  return {
    hasEnded: () => isAtEnd,
    /** Answers at the end of a block, and whether anything has moved since the last one. */
    read(line: string): { progress: Progress; hasMoved: boolean } | undefined {
      const [key = '', value = ''] = line.split('=').map((part) => part.trim());
      if (key === 'frame') now.frames = Number(value);
      if (key === 'out_time_us' && value !== 'N/A') now.outTimeMs = Number(value) / 1000;
      if (key === 'speed' && value !== 'N/A') now.speed = Number(value.replace('x', ''));
      if (key !== 'progress') return undefined;
      isAtEnd = value === 'end';
      const place = `${now.frames} ${now.outTimeMs}`;
      const hasMoved = isAtEnd || place !== told;
      told = place;
      return { progress: { ...now }, hasMoved };
    },
  };
}

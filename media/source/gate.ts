/**
 * What to write to ffmpeg's standard input so that its gate passes the first picture of each interval, counted so that
 * `phaseMs` starts one; 0 opens it for every picture. It acts within 0.1 s and needs no restart.
 *
 * The gate is the timeline option of `framestep`: while `enable` holds, all pictures are dropped. ffmpeg evaluates it
 * twice for a picture, so the expression remembers the time of the picture that it last let pass (variable 2) beside
 * the interval it fell in (variable 0). https://ffmpeg.org/ffmpeg-filters.html#Timeline-editing
 */
export function gateCommand({ everyMs, phaseMs }: { everyMs: number; phaseMs: number }): string {
  if (everyMs <= 0) return 'cframestep -1 enable 0\n';
  const interval = `floor((t*1000-${phaseMs.toFixed(1)})/${everyMs})`;
  const isSeen = 'eq(ld(0),ld(1))*not(eq(t,ld(2)))';
  return `cframestep -1 enable st(1,${interval});if(${isSeen},1,0*st(0,ld(1))+0*st(2,t))\n`;
}

/** Below this all pictures pass: the sampler then chooses among what the source has. Milliseconds. */
const OPEN_BELOW_MS = 200;
/** Pictures prove that the source lives, so some pass even where slots are rare. Milliseconds. */
const SLOWEST_GATE_MS = 1000;

/** Two chances a slot: the second one serves where the first falls a hair before the slot's window. */
export const gateIntervalFor = (everyMs: number): number =>
  everyMs <= OPEN_BELOW_MS ? 0 : everyMs / Math.max(2, Math.ceil(everyMs / SLOWEST_GATE_MS));

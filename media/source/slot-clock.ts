/**
 * Gives each picture its time on the wall. The source's time stamps say how far apart pictures are, their arrival says
 * when they were made at the latest, so the clock keeps the offset of the least delayed picture:
 * - a picture is never in the future, which moves the offset while a server sends its stored GOP in one burst;
 * - where even the quickest picture of a window came late, the source's clock runs slow: the offset follows in small
 *   steps, so that no slot is jumped over, or at once where it is off by more than a second;
 * - late by more than the largest lag is a break in the source: the offset starts anew.
 * Time stamps must be continuous (the capture filter graph sees to that) and arrival monotonic.
 */
export interface SlotClock {
  observe(picture: { ptsMs: number; arrivedMs: number }): { timeMs: number; isLive: boolean };
  /** Wall-clock time of time stamp 0; moves as the clock learns. */
  readonly anchorMs: number;
}

const LARGEST_LAG_MS = 10_000;
const WINDOW_MS = 5000;
const STEP_MS = 100;
const TOLERATED_LAG_MS = 50;
const JUMP_ABOVE_MS = 1000;
/** The longest wait for the end of the burst that a server opens with. */
const SETTLE_MS = 1000;

export function createSlotClock(): SlotClock {
  let anchorMs = NaN;
  let last: { ptsMs: number; arrivedMs: number } | undefined;
  let isLive = false;
  let startedMs = 0;
  let window = { startMs: 0, leastLagMs: Infinity };

  return {
    get anchorMs() {
      return anchorMs;
    },
    observe({ ptsMs, arrivedMs }) {
      if (!last) {
        anchorMs = arrivedMs - ptsMs;
        startedMs = arrivedMs;
        window = { startMs: arrivedMs, leastLagMs: Infinity };
      } else {
        const isBurst = arrivedMs - last.arrivedMs < (ptsMs - last.ptsMs) / 2;
        isLive ||= !isBurst || arrivedMs - startedMs > SETTLE_MS;
      }
      last = { ptsMs, arrivedMs };
      const lagMs = arrivedMs - (anchorMs + ptsMs);
      if (lagMs < 0 || lagMs > LARGEST_LAG_MS) anchorMs += lagMs;
      else followSlowSource(arrivedMs, lagMs);
      return { timeMs: Math.min(anchorMs + ptsMs, arrivedMs), isLive };
    },
  };

  function followSlowSource(arrivedMs: number, lagMs: number): void {
    window.leastLagMs = Math.min(window.leastLagMs, lagMs);
    if (arrivedMs - window.startMs < WINDOW_MS) return;
    const { leastLagMs } = window;
    if (leastLagMs > TOLERATED_LAG_MS)
      anchorMs += leastLagMs > JUMP_ABOVE_MS ? leastLagMs : Math.min(leastLagMs, STEP_MS);
    window = { startMs: arrivedMs, leastLagMs: Infinity };
  }
}

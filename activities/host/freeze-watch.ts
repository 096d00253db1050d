/** A time in which this process did not run: stopped by a signal, suspended, or starved by its machine. */
export interface Freeze {
  fromMs: number;
  untilMs: number;
}

export interface FreezeWatch {
  /** The last one, on the clock that the watch was given; undefined where the process always ran. */
  last(): Freeze | undefined;
  close(): void;
}

const TICK_MS = 200;
/** A garbage collection, or a busy machine, holds a tick back for less. */
const FROZEN_AFTER_MS = 1000;

export function watchFreezes(nowMs: () => number): FreezeWatch {
  let tickedMs = nowMs();
  let last: Freeze | undefined;
  const timer = setInterval(tick, TICK_MS).unref();
  return {
    last() {
      // A thawed process handles its input before its timers.
      tick();
      return last;
    },
    close: () => {
      clearInterval(timer);
    },
  };

  function tick(): void {
    const untilMs = nowMs();
    if (untilMs - tickedMs > FROZEN_AFTER_MS) last = { fromMs: tickedMs, untilMs };
    tickedMs = untilMs;
  }
}

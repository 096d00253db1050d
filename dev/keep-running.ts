import { setTimeout as delay } from 'node:timers/promises';
import { describeExit } from './child.js';
import type { Server } from './server.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** What ran this long before it ended is started again without a longer pause. */
const STABLE_MS = 60_000;

export interface KeepRunningOptions<Running extends Server> {
  name: string;
  start: (signal: AbortSignal) => Promise<Running>;
  /** Told in one sentence when it ended by itself, and when it runs again. */
  onNotice: (notice: string) => void;
  signal?: AbortSignal | undefined;
}

export interface Kept<Running extends Server> {
  /** As it was first started; what is started again has the same addresses. */
  first: Running;
  stop(graceMs?: number): Promise<void>;
}

/** Starts something and starts it again, later each time, where it ends without being told to. */
export async function keepRunning<Running extends Server>(
  options: KeepRunningOptions<Running>,
): Promise<Kept<Running>> {
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([stopping.signal, options.signal]) : stopping.signal;
  const first = await options.start(signal);
  let current = first;
  const watching = watch(first, { ...options, signal, onStart: (next) => (current = next) });
  return {
    first,
    async stop(graceMs) {
      stopping.abort();
      await current.stop(graceMs);
      await watching;
    },
  };
}

/** Stops all that runs of what was being started; what has failed to start does not. */
export async function stopKept(starting: readonly Promise<Kept<Server>>[]): Promise<void> {
  const settled = await Promise.allSettled(starting);
  await Promise.all(settled.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
}

type Watch<Running extends Server> = Omit<KeepRunningOptions<Running>, 'signal'> & {
  signal: AbortSignal;
  onStart: (next: Running) => void;
};

async function watch<Running extends Server>(
  first: Running,
  { name, start, onNotice, signal, onStart }: Watch<Running>,
) {
  let { child } = first;
  for (let startedAt = Date.now(), failures = 0; child !== undefined;) {
    const exit = await child.exited;
    if (signal.aborted) return;
    failures = Date.now() - startedAt > STABLE_MS ? 0 : failures;
    onNotice(`${name} ended by itself with ${describeExit(exit)}; its log is ${child.log}`);
    for (child = undefined; child === undefined; failures += 1) {
      await delay(pauseAfter(failures), undefined, { signal }).catch(() => {}); // an abort is seen just below
      if (signal.aborted) return;
      startedAt = Date.now();
      try {
        const next = await start(signal);
        onStart(next);
        child = next.child;
        onNotice(`${name} runs again`);
        if (child === undefined) return;
      } catch (error) {
        if (!signal.aborted) onNotice((error as Error).message);
      }
    }
  }
}

export const pauseAfter = (failures: number): number => Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);

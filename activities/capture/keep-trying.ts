import pRetry from 'p-retry';

/** Repeats what must get through, such as the news of a slot, until it does or the worker gives its last work up. */
export const keepTrying = <T>(
  work: () => Promise<T>,
  { closing, onAttempt }: { closing: AbortSignal; onAttempt(): void },
): Promise<T> =>
  pRetry(work, {
    retries: Infinity,
    maxTimeout: 10_000,
    randomize: true,
    signal: closing,
    onFailedAttempt: onAttempt,
  });

const BEAT_EVERY_MS = 5000;

/** Shows that the capture lives while it waits for a destination that may be away for longer than a heartbeat. */
export async function beatWhile<T>(work: Promise<T>, beat: () => void): Promise<T> {
  const timer = setInterval(beat, BEAT_EVERY_MS);
  return work.finally(() => clearInterval(timer));
}

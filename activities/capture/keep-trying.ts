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

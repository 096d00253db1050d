import pRetry from 'p-retry';
import { isRetryable, PATIENCE } from '../../contracts/patience.js';

export interface PersistOptions {
  signal?: AbortSignal | undefined;
  onAttempt?: (() => void) | undefined;
  /** From the first try to the last one. */
  patienceMs?: number | undefined;
}

/** Repeats what may succeed later; `signal` ends it in a pause too. */
export const persist = <T>(
  work: () => Promise<T>,
  { signal, onAttempt, patienceMs = PATIENCE.maxRetryTime }: PersistOptions,
): Promise<T> =>
  pRetry(work, {
    ...PATIENCE,
    maxRetryTime: patienceMs,
    shouldRetry: ({ error }) => isRetryable(error),
    onFailedAttempt: ({ error }) => {
      if (isRetryable(error)) onAttempt?.();
    },
    ...(signal ? { signal } : {}),
  });

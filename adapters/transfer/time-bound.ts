/** An abort signal with a deadline that can be put off: a transfer is given more time as its size becomes known. */
export interface TimeBound {
  signal: AbortSignal;
  /** The deadline is now this far away. */
  renew(ms: number): void;
}

/** Runs one call with a deadline for all of it, the reading of its answer included. */
export async function withTimeBound<T>(
  options: { ms: number; signal?: AbortSignal | undefined },
  work: (bound: TimeBound) => Promise<T>,
): Promise<T> {
  const bound = openTimeBound(options);
  try {
    return await work(bound);
  } finally {
    bound.close();
  }
}

/**
 * For work that is not one call; who opens it closes it. `AbortSignal.any` would do the same, but keeps what it made for
 * as long as the outer signal lives, which is as long as the worker.
 */
export function openTimeBound({
  ms,
  signal,
}: {
  ms: number;
  signal?: AbortSignal | undefined;
}): TimeBound & { close(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  const expire = (): void => controller.abort(new Error('the transfer is too slow'));
  let timer = setTimeout(expire, ms);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  return {
    signal: controller.signal,
    renew(moreMs) {
      clearTimeout(timer);
      timer = setTimeout(expire, moreMs);
    },
    close() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

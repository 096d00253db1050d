/** Runs lanes at once. The first failure stops the others, and is thrown when all of them have ended. */
export async function sideBySide(
  lanes: number,
  { signal }: { signal?: AbortSignal | undefined },
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  let failure: { error: unknown } | undefined;
  const runLane = async (): Promise<void> => {
    try {
      await run(stop.signal);
    } catch (error) {
      failure ??= { error };
      stop.abort(error);
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, runLane));
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  if (failure) throw failure.error;
}

/** Aborts at the first request to stop, which what runs then carries out in good order. */
export function untilStopped(): AbortSignal {
  const stopping = new AbortController();
  // Not `once`: signal-exit, which execa brings, ends the process where no listener of ours is left.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      stopping.abort();
    });
  return stopping.signal;
}

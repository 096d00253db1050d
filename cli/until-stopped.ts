/** Aborts at the first request to stop, which what runs then carries out in good order. */
export function untilStopped(): AbortSignal {
  return onRequests(['SIGINT', 'SIGTERM'], (stopping) => stopping.abort());
}

/** The same where a person waits: a second request does not wait for good order, and children are killed. */
export function untilStoppedTwice(): AbortSignal {
  return onRequests(['SIGINT', 'SIGTERM', 'SIGHUP'], (stopping) => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
  });
}

/** Not `once`: signal-exit, which execa brings, ends the process where no listener of ours is left. */
function onRequests(signals: readonly NodeJS.Signals[], hear: (stopping: AbortController) => void): AbortSignal {
  const stopping = new AbortController();
  for (const signal of signals) process.on(signal, () => hear(stopping));
  return stopping.signal;
}

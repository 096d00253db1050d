const BEAT_EVERY_MS = 5000;

/** Shows that the capture lives while it waits for a destination that may be away for longer than a heartbeat. */
export async function beatWhile<T>(work: Promise<T>, beat: () => void): Promise<T> {
  const timer = setInterval(beat, BEAT_EVERY_MS);
  return work.finally(() => clearInterval(timer));
}

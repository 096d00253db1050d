type Close = () => Promise<unknown>;

const closers: Close[] = [];

/** What a harness verb has started is ended after the scene that wanted it. */
export const afterScene = (close: Close): void => void closers.push(close);

/** Ends all that was started since the last time, side by side, and fails with the first that cannot be ended. */
export async function endScene(): Promise<void> {
  const ended = await Promise.allSettled(closers.splice(0).map((close) => close()));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}

import { Context } from '@temporalio/activity';

/** Temporal throttles further; this only spares it a call for each picture. */
const AT_MOST_EVERY_MS = 1000;

/**
 * Returns what to call on progress: it heartbeats with the details of that moment, and never by itself. It may be called
 * from anywhere, such as a timer that many activities share.
 */
export function heartbeatOnProgress(details: () => object): () => void {
  const context = Context.current();
  let lastMs = -Infinity;
  return () => {
    if (performance.now() - lastMs < AT_MOST_EVERY_MS) return;
    lastMs = performance.now();
    context.heartbeat(details());
  };
}

import pRetry from 'p-retry';
import type { HostRegistry } from './host-registry.js';

/** Which runs of this host may have been taken over by another one, until their workflows have said. */
export interface Doubts {
  /** Asks for each run anew. */
  raise(): void;
  has(workflowId: string): boolean;
}

export interface DoubtsStart<Run> {
  registry: Pick<HostRegistry<Run>, 'entries'>;
  /** Asks its workflow whether a run here is still wanted, and ends it where it is not. */
  confirm(run: Run): Promise<void>;
  /** Lets a run publish what it held back while that was in doubt. */
  release(run: Run): void;
  onError(error: unknown): void;
}

/**
 * What a run holds back has room for about so long; one that asks in vain goes on then, which loses nothing: the store
 * keeps a slot for its first writer.
 */
const ASK_FOR_MS = 30_000;
const ASK_AGAIN_AFTER = { minTimeout: 200, maxTimeout: 2000 } as const;

export function createDoubts<Run>({ registry, confirm, release, onError }: DoubtsStart<Run>): Doubts {
  const doubted = new Map<string, symbol>();
  return {
    raise() {
      const doubt = Symbol();
      for (const [workflowId, run] of registry.entries) {
        const isAsked = doubted.has(workflowId);
        doubted.set(workflowId, doubt);
        if (!isAsked) void settle(workflowId, run);
      }
    },
    has: (workflowId) => doubted.has(workflowId),
  };

  async function settle(workflowId: string, run: Run): Promise<void> {
    const doubt = doubted.get(workflowId);
    await pRetry(() => confirm(run), {
      ...ASK_AGAIN_AFTER,
      retries: Infinity,
      maxRetryTime: ASK_FOR_MS,
      shouldRetry: () => registry.entries.get(workflowId) === run,
      onFailedAttempt: ({ error }) => {
        onError(error);
      },
    }).catch(() => undefined); // Told by each attempt.
    // An answer from before another doubt is none.
    if (doubted.get(workflowId) !== doubt) return settle(workflowId, run);
    doubted.delete(workflowId);
    release(run);
  }
}

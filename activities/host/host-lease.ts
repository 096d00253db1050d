import { ActivityCancelledError, ActivityNotFoundError, type Client } from '@temporalio/client';
import type { HostKind } from '../../contracts/queues.js';
import { createDoubts, type DoubtsStart } from './doubts.js';

/**
 * What a host holds as long as it lives: an activity of the workflow that is its lease, renewed by heartbeats whose
 * answers are read. When it lapses, what runs on the host is taken over. So a host that finds it lapsed, or finds that it
 * was frozen for as long, publishes nothing more until all that runs here is confirmed. A server that does not answer is
 * no such news: work goes on, and the store keeps a slot for its first writer.
 */
export interface HostLease {
  readonly kind: HostKind;
  /** This process: a host that is started again is another instance. */
  readonly instance: string;
  /** Takes it, and keeps it from then on. */
  open(): void;
  /** Whether what runs here for this workflow is, as far as is known, still its own. */
  mayPublish(workflowId: string): boolean;
  /** The server has given the lease to this process, at that time of its own clock. */
  hold(taskToken: Uint8Array, serverMs: number): void;
  /** Gives it back, since the host stops. */
  close(): Promise<void>;
}

interface LeaseStart<Run> extends Pick<HostLease, 'kind' | 'instance'>, DoubtsStart<Run> {
  client: Pick<Client, 'activity' | 'withDeadline'>;
  /** Asks the server for it. */
  ask(): Promise<unknown>;
  onGranted?(serverMs: number): void;
  /** After so many milliseconds without a renewal it lapses. */
  leaseMs: number;
}

/** Two renewals may be lost. */
const RENEWALS_A_LEASE = 3;

/** A host without a lease, which was slow to take it, asks again. */
const ASK_EVERY_MS = 5000;

export function createHostLease<Run>({
  kind,
  instance,
  client,
  ask,
  onGranted,
  leaseMs,
  ...start
}: LeaseStart<Run>): HostLease {
  const doubts = createDoubts(start);
  const { onError } = start;
  let token: Uint8Array | undefined;
  let tickedMs = performance.now();
  let askedMs = -Infinity;
  let renewing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  return {
    kind,
    instance,
    open() {
      timer = setInterval(tick, leaseMs / RENEWALS_A_LEASE);
      tickedMs = performance.now();
      tick();
    },
    mayPublish(workflowId) {
      // A thawed process handles its input before its timers.
      if (isFrozen()) doubt();
      return !doubts.has(workflowId);
    },
    hold(taskToken, serverMs) {
      token = taskToken;
      onGranted?.(serverMs);
    },
    async close() {
      clearInterval(timer);
      await renewing;
      const held = token;
      token = undefined;
      if (held) await client.activity.complete(held, undefined).catch(onError);
    },
  };

  function isFrozen(): boolean {
    return performance.now() - tickedMs > leaseMs;
  }

  function tick(): void {
    if (isFrozen()) doubt();
    tickedMs = performance.now();
    renewing ??= renew().finally(() => (renewing = undefined));
  }

  async function renew(): Promise<void> {
    const held = token;
    try {
      if (!held) return await askNowAndThen();
      await client.withDeadline(Date.now() + leaseMs, () => client.activity.heartbeat(held));
    } catch (error) {
      if (!(error instanceof ActivityNotFoundError || error instanceof ActivityCancelledError)) {
        onError(error);
        return;
      }
      token = undefined;
      doubt();
    }
  }

  async function askNowAndThen(): Promise<void> {
    if (performance.now() - askedMs < ASK_EVERY_MS) return;
    askedMs = performance.now();
    await ask();
  }

  function doubt(): void {
    tickedMs = performance.now();
    doubts.raise();
  }
}

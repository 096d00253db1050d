import { ActivityCancelledError, ActivityNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { streamWorkflowId } from '../../contracts/ids.js';
import { isCurrentSegmentQuery } from '../../contracts/messages.js';
import type { CaptureRegistry, RegisteredCapture } from './registry.js';

/**
 * What a host holds as long as it lives: an activity of its `captureHost` workflow, renewed by heartbeats whose answers
 * are read. When it lapses, the streams of the host are taken over. So a host that finds it lapsed, or finds that it was
 * frozen for as long, publishes nothing more until each stream has said whether the capture here is still its own.
 * A server that does not answer is no such news: captures go on, and the store keeps a slot for whoever writes it first.
 */
export interface HostLease {
  /** Takes it, and keeps it from then on. */
  open(): void;
  mayPublish(): boolean;
  /** The server has given the lease to this process. */
  hold(taskToken: Uint8Array): void;
  /** Gives it back, since the host stops. */
  close(): Promise<void>;
}

interface LeaseStart {
  client: Pick<Client, 'workflow' | 'activity' | 'withDeadline'>;
  registry: CaptureRegistry;
  /** Asks the server for it. */
  ask(): Promise<unknown>;
  /** After so many milliseconds without a renewal it lapses. */
  leaseMs: number;
  onError(error: unknown): void;
}

/** Two renewals may be lost. */
const RENEWALS_A_LEASE = 3;

/** A host without a lease, which was slow to take it, asks again. */
const ASK_EVERY_MS = 5000;

export function createHostLease({ client, registry, ask, leaseMs, onError }: LeaseStart): HostLease {
  let token: Uint8Array | undefined;
  let isCertain = true;
  let tickedMs = performance.now();
  let askedMs = -Infinity;
  let renewing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  return {
    open() {
      timer = setInterval(tick, leaseMs / RENEWALS_A_LEASE);
      tickedMs = performance.now();
      tick();
    },
    mayPublish() {
      // A thawed process handles its pictures before its timers.
      if (isFrozen()) doubt();
      return isCertain;
    },
    hold(taskToken) {
      token = taskToken;
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
    if (!isCertain) return;
    isCertain = false;
    void confirmAll();
  }

  async function confirmAll(): Promise<void> {
    await Promise.all([...registry.entries.values()].map((entry) => confirmCapture(client, entry).catch(onError)));
    isCertain = true;
    for (const { capture } of registry.entries.values()) capture.release();
  }
}

/** Asks a stream whether the capture here is its own: then it is told again where it is, else the capture ends. */
export async function confirmCapture(
  client: Pick<Client, 'workflow'>,
  { capture, session, epoch }: RegisteredCapture,
): Promise<void> {
  const stream = client.workflow.getHandle(streamWorkflowId(session));
  try {
    const { status } = await stream.describe();
    if (status.name !== 'RUNNING') capture.stop('stopped');
    else if (await stream.query(isCurrentSegmentQuery, epoch)) capture.attach();
    else capture.retire();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    capture.stop('stopped');
  }
}

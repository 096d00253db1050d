import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';
import { hostLostSignal, type HostInstance } from '../contracts/messages.js';
import type { HostKind } from '../contracts/queues.js';
import { workflowsOfHost } from './host/workflows-of-host.js';

const SIGNALS_AT_ONCE = 16;

/**
 * Tells each workflow that the index knows to name a lost host; it may be a second late. Those that have moved on already
 * take no notice. Returns how many were told.
 */
export const createReportHostLost = ({ client, kind }: { client: Pick<Client, 'workflow'>; kind: HostKind }) =>
  async function reportHostLost(lost: HostInstance): Promise<number> {
    const queue = new PQueue({ concurrency: SIGNALS_AT_ONCE });
    const told: Promise<void>[] = [];
    for await (const workflowId of workflowsOfHost(client, { kind, host: lost.host }))
      told.push(queue.add(() => tell(client, { workflowId, lost })));
    await Promise.all(told);
    return told.length;
  };

async function tell(
  client: Pick<Client, 'workflow'>,
  { workflowId, lost }: { workflowId: string; lost: HostInstance },
): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(hostLostSignal, lost);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error; // It has ended meanwhile.
  }
}

import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';
import { streamsOfHost } from './capture/streams-of-host.js';
import { hostLostSignal, type HostInstance } from '../contracts/messages.js';

const SIGNALS_AT_ONCE = 16;

/**
 * Tells each stream of a lost host that the index names; it may be a second late. Those that have moved on already take no
 * notice. Returns how many were told.
 */
export const createReportHostLost = (client: Pick<Client, 'workflow'>) =>
  async function reportHostLost(lost: HostInstance): Promise<number> {
    const queue = new PQueue({ concurrency: SIGNALS_AT_ONCE });
    const told: Promise<void>[] = [];
    for await (const workflowId of streamsOfHost(client, lost.host))
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

import type { Client } from '@temporalio/client';
import { hostStartedSignal } from '../contracts/messages.js';
import type { HostKind } from '../contracts/queues.js';
import { HOST_WORKFLOWS, WORKFLOWS } from '../contracts/workflows.js';
import type { HostLeaseInput } from '../workflows/kit/host-lease.js';

/** By name, so that a process that takes over a name replaces the one before it. */
export function askForLease(client: Client, { kind, ...lease }: HostLeaseInput & { kind: HostKind }): Promise<unknown> {
  const { type, taskQueue, idOf } = WORKFLOWS[HOST_WORKFLOWS[kind].lease];
  return client.workflow.signalWithStart(type, {
    workflowId: idOf(lease.host),
    taskQueue,
    args: [lease],
    signal: hostStartedSignal,
    signalArgs: [{ instance: lease.instance }],
    staticSummary: `lease of ${lease.host}`,
  });
}

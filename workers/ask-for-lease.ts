import type { Client } from '@temporalio/client';
import { hostWorkflowId } from '../contracts/ids.js';
import { hostStartedSignal } from '../contracts/messages.js';
import { WORKFLOW_QUEUE } from '../contracts/queues.js';
import type { captureHost, CaptureHostInput } from '../workflows/capture-host.js';

/** By name, so that a process that takes over a name replaces the one before it. */
export const askForLease = (client: Client, lease: CaptureHostInput): Promise<unknown> =>
  client.workflow.signalWithStart<typeof captureHost, [{ instance: string }]>('captureHost', {
    ...{ workflowId: hostWorkflowId(lease.host), taskQueue: WORKFLOW_QUEUE, args: [lease] },
    ...{ signal: hostStartedSignal, signalArgs: [{ instance: lease.instance }] },
    staticSummary: `lease of ${lease.host}`,
  });

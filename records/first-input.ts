import type { Client } from '@temporalio/client';
import { decodePayload } from './decode-payload.js';

/** What a run was started with, the newest one where none is named: its first event, without the rest of its history. */
export async function readFirstInput(
  { workflow, options }: Pick<Client, 'workflow' | 'options'>,
  execution: { workflowId: string; runId?: string },
): Promise<unknown> {
  const { history } = await workflow.workflowService.getWorkflowExecutionHistory({
    namespace: options.namespace,
    execution,
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? decodePayload(options.loadedDataConverter, payload) : undefined;
}

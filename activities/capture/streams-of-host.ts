import type { Client } from '@temporalio/client';

/** The workflow ids of the running streams that name a host, as the index has them, which may be a second late. */
export async function* streamsOfHost(client: Pick<Client, 'workflow'>, host: string): AsyncGenerator<string> {
  const query = `WorkflowType = 'liveStream' AND ReelayHost = '${host.replaceAll("'", "''")}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) yield workflowId;
}

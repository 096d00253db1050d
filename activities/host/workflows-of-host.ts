import type { Client } from '@temporalio/client';
import type { HostKind } from '../../contracts/queues.js';
import { whereAttribute } from '../../contracts/search-attributes.js';
import { HOST_WORKFLOWS, ofWorkflow } from '../../contracts/workflows.js';

/** The ids of the running workflows that name a host, as the index has them, which may be a second late. */
export async function* workflowsOfHost(
  client: Pick<Client, 'workflow'>,
  { kind, host }: { kind: HostKind; host: string },
): AsyncGenerator<string> {
  const query = `${ofWorkflow(HOST_WORKFLOWS[kind].runs)} AND ${whereAttribute('host', host)} AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) yield workflowId;
}

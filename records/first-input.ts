import { defaultPayloadConverter, type Payload } from '@temporalio/common';

interface StartedEvent {
  workflowExecutionStartedEventAttributes?: { input?: { payloads?: Payload[] | null } | null } | null;
}

/** The part of Temporal's service that reads a history. */
export interface HistoryService {
  getWorkflowExecutionHistory(request: {
    namespace: string;
    execution: { workflowId: string; runId?: string };
    maximumPageSize: number;
  }): Promise<{ history?: { events?: StartedEvent[] | null } | null }>;
}

/** What a run was started with, the newest one where none is named: its first event, without the rest of its history. */
export async function readFirstInput(
  service: HistoryService,
  { namespace, ...execution }: { namespace: string; workflowId: string; runId?: string },
): Promise<unknown> {
  const answer = await service.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: 1 });
  const payload = answer.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

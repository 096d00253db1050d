import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { streamWorkflowId } from '../../contracts/ids.js';
import { isCurrentSegmentQuery } from '../../contracts/messages.js';
import type { RegisteredCapture } from './registry.js';

/** Asks a stream whether the capture here is its own: then it is told again where it is, else the capture ends. */
export async function confirmCapture(
  client: Pick<Client, 'workflow'>,
  { capture, session, epoch }: RegisteredCapture,
): Promise<void> {
  const stream = client.workflow.getHandle(streamWorkflowId(session));
  try {
    const { status } = await stream.describe();
    if (status.name !== 'RUNNING') capture.stop('stopped');
    else if (await stream.query(isCurrentSegmentQuery, epoch, session.sessionId)) capture.attach();
    else capture.retire();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    capture.stop('stopped');
  }
}

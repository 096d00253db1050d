import { CancellationScope, getExternalWorkflowHandle, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { CaptureActivities } from '../activities/index.js';
import { formatDuration } from '../contracts/duration.js';
import { problemOf } from '../contracts/errors.js';
import { streamWorkflowId } from '../contracts/ids.js';
import { NO_ACCOUNT, segmentEndedSignal, type CaptureEnd, type CaptureSegmentInput } from '../contracts/messages.js';
import { CAPTURE_QUEUE } from '../contracts/queues.js';
import { cancelledDetails } from './kit/cancelled-details.js';
import { CAPTURE } from './policies.js';

/**
 * One bounded stretch of a stream's capture by one host. It outlives a stream workflow that continues as new, which is
 * why it is a workflow of its own, and it tells the stream by workflow id how it ended.
 */
export async function captureSegment(input: CaptureSegmentInput): Promise<CaptureEnd> {
  const { captureFrames } = proxyActivities<CaptureActivities>({
    ...CAPTURE,
    taskQueue: CAPTURE_QUEUE,
    summary: `${input.session.streamId} every ${formatDuration(input.policy.everyMs)}, epoch ${input.epoch}`,
  });
  try {
    const end = await captureFrames(input);
    await tellStream(input, end);
    return end;
  } catch (error) {
    await CancellationScope.nonCancellable(() => tellStream(input, endOf(error)));
    throw error;
  }
}

/** A cancelled segment is lost to its stream, which goes on with another; to end the stream, cancel the stream. */
function endOf(error: unknown): CaptureEnd {
  if (isCancellation(error)) return { ...NO_ACCOUNT, ...cancelledDetails<CaptureEnd>(error), reason: 'lost' };
  return {
    reason: 'failed',
    problem: problemOf(error) ?? { code: 'source-failed', message: String(error) },
    ...NO_ACCOUNT,
  };
}

async function tellStream({ session, epoch }: CaptureSegmentInput, end: CaptureEnd): Promise<void> {
  try {
    await getExternalWorkflowHandle(streamWorkflowId(session)).signal(segmentEndedSignal, {
      sessionId: session.sessionId,
      epoch,
      end,
    });
  } catch (error) {
    if (isCancellation(error)) throw error;
    // The stream was terminated: there is nobody to tell.
  }
}

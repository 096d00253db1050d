import {
  type ActivityOptions,
  ActivityFailure,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  proxyActivities,
} from '@temporalio/workflow';
import type { HostActivities } from '../../activities/index.js';
import { segmentWorkflowId } from '../../contracts/ids.js';
import { hostQueue } from '../../contracts/queues.js';
import { HOST_MESSAGE } from '../policies.js';
import type { StreamMachine } from '../state/stream-state.js';

export const segmentIdOf = (machine: StreamMachine, epoch: number): string =>
  segmentWorkflowId(machine.settings, { sessionId: machine.sessionId, epoch });

export const currentSegmentId = (machine: StreamMachine): string =>
  segmentIdOf(machine, machine.segment?.epoch ?? machine.epoch);

export const cancelSegment = (segmentId: string): Promise<void> =>
  getExternalWorkflowHandle(segmentId)
    .cancel()
    .catch((error: unknown) => {
      log.warn('segment is gone', { error: String(error) });
    });

export const hostActivities = (host: string, summary: string, limits: ActivityOptions = HOST_MESSAGE) =>
  proxyActivities<HostActivities>({ ...limits, taskQueue: hostQueue('capture', host), summary });

/** What a host does not answer, or cannot do, is no failure of the stream. */
export function unlessUnanswered(error: unknown): undefined {
  if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
  log.warn('capture host does not answer', { error: String(error.cause) });
  return undefined;
}

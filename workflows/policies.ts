import type { ActivityOptions } from '@temporalio/workflow';
import { ERRORS } from '../contracts/errors.js';

/** Every time limit and retry of the workflows, with its reason. */

/** A capture is bounded by its segment; its faults are handled inside, so a retry means that its host was lost. */
export const CAPTURE = {
  /** Pictures come at least each second and connections are tried at least each 20 s, so 30 s without either is a dead host. */
  heartbeatTimeout: '30s',
  /** Longer than any segment and its last deliveries. */
  startToCloseTimeout: '25h',
  /** What it delivers and accounts for last must be in before the next segment begins or the session is sealed. */
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: {
    /** The attempt counter never resets, so the wait must not grow with it. */
    ...{ initialInterval: '1s', backoffCoefficient: 1.2, maximumInterval: '10s' },
    /** The reconnect window was the time to try again. */
    nonRetryableErrorTypes: Object.entries(ERRORS).flatMap(([code, { fault }]) => (fault === 'source' ? [code] : [])),
  },
} as const satisfies ActivityOptions;

/** A message to a running capture: the host answers at once, or it is gone and tells the stream when it is back. */
export const HOST_MESSAGE = {
  scheduleToStartTimeout: '5s',
  startToCloseTimeout: '5s',
  retry: { initialInterval: '200ms', maximumAttempts: 3 },
} as const satisfies ActivityOptions;

/** Events and ledgers must get through: the stream stays open, and visibly so, until they do. */
export const RECORD = {
  startToCloseTimeout: '60s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
} as const satisfies ActivityOptions;

/** How long a stream that is to stop waits for a host to take its segment; after that the segment is cancelled. */
export const ATTACH_WITHIN = '10s';
/** How long a cancelled segment may take before the session is sealed without it. */
export const CANCEL_WITHIN = '60s';
/** A rate change is answered by then, applied or not. */
export const APPLY_WITHIN = '10s';
/** Well under the server's limit, so that a history stays quick to read. */
export const CONTINUE_AFTER_EVENTS = 2000;

/** Task queues, each named after the resource that is scarce on it. */
export const WORKFLOW_QUEUE = 'reelay';
export const CAPTURE_QUEUE = 'capture';
export const TRANSCODE_QUEUE = 'transcode';

/** The queue that only one capture host polls: how a message reaches a capture that runs there. */
export const captureHostQueue = (host: string): string => `${CAPTURE_QUEUE}@${host}`;

/** Task queues, each named after the resource that is scarce on it. */
export const WORKFLOW_QUEUE = 'reelay';
export const CAPTURE_QUEUE = 'capture';
export const TRANSCODE_QUEUE = 'transcode';

/** What a host is there for: for each it holds a lease, polls a queue of its own and knows what runs on it. */
export type HostKind = 'capture';

const QUEUE_OF_KIND = { capture: CAPTURE_QUEUE } as const satisfies Record<HostKind, string>;

/** The queue that only one host of its kind polls: how a message reaches what runs there. */
export const hostQueue = (kind: HostKind, host: string): string => `${QUEUE_OF_KIND[kind]}@${host}`;

import type { EventSink } from '../adapters/event-log/event-log.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import { createApplyCapturePolicy } from './apply-capture-policy.js';
import { createCaptureFrames } from './capture-frames.js';
import type { CaptureHost } from './capture/capture-host.js';
import type { CaptureRegistry } from './capture/registry.js';
import { createPublishStreamEvent } from './publish-stream-event.js';
import { createSealSession } from './seal-session.js';
import { createStopCapture } from './stop-capture.js';

/** On the `reelay` queue. */
export const createStreamActivities = ({ store, events }: { store: ObjectStore; events: EventSink }) => ({
  publishStreamEvent: createPublishStreamEvent(events),
  sealSession: createSealSession(store),
});

/** On the `capture` queue. */
export const createCaptureActivities = (host: CaptureHost) => ({ captureFrames: createCaptureFrames(host) });

/** On the queue of one capture host. */
export const createHostActivities = (registry: CaptureRegistry) => ({
  applyCapturePolicy: createApplyCapturePolicy(registry),
  stopCapture: createStopCapture(registry),
});

export type StreamActivities = ReturnType<typeof createStreamActivities>;
export type CaptureActivities = ReturnType<typeof createCaptureActivities>;
export type HostActivities = ReturnType<typeof createHostActivities>;

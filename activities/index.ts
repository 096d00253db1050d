import type { Client } from '@temporalio/client';
import type { EventSink } from '../adapters/event-log/event-log.js';
import { createAnswerForHost } from './answer-for-host.js';
import { createApplyCapturePolicy } from './apply-capture-policy.js';
import { createAssembleLadder } from './assemble-ladder.js';
import { createAssembleRendition } from './assemble-rendition.js';
import { createBeginCapture } from './begin-capture.js';
import { createCaptureFrames } from './capture-frames.js';
import type { CaptureHost } from './capture/capture-host.js';
import { createCleanStore } from './clean-store.js';
import { createConvertWhole } from './convert-whole.js';
import { createCutCapture } from './cut-capture.js';
import { createEncodeAudio } from './encode-audio.js';
import { createEncodeChunk } from './encode-chunk.js';
import { createHoldHostLease } from './hold-host-lease.js';
import type { HostLease } from './host/host-lease.js';
import { createInspectInput } from './inspect-input.js';
import { createMakeThumbnails } from './make-thumbnails.js';
import { createPublishManifest } from './publish-manifest.js';
import { createPublishStreamEvent } from './publish-stream-event.js';
import { createPublishTranscodeEvent } from './publish-transcode-event.js';
import { createRecordTaskLetter } from './record-task-letter.js';
import { createRedriveLetters } from './redrive-letters.js';
import { createRedriveSpooledLetters } from './redrive-spooled-letters.js';
import { createRemoveTraces } from './remove-traces.js';
import { createReportHostLost } from './report-host-lost.js';
import { createSealSession, type SealDeps } from './seal-session.js';
import { createSendCallback } from './send-callback.js';
import { createStartForPrefix } from './start-for-prefix.js';
import { createStopCapture } from './stop-capture.js';
import type { TranscodeHost } from './transcode/transcode-host.js';

type TaskDeps = Parameters<typeof createRemoveTraces>[0] &
  Parameters<typeof createSendCallback>[0] & { events: EventSink };

interface StreamDeps extends SealDeps {
  client: Pick<Client, 'workflow'>;
}

/** On the `reelay` queue. */
export const createStreamActivities = ({ stores, events, client }: StreamDeps) => ({
  publishStreamEvent: createPublishStreamEvent(events),
  sealSession: createSealSession({ stores, events }),
  reportHostLost: createReportHostLost({ client, kind: 'capture' }),
});

/** On the `reelay` queue. */
export const createDeadLetterActivities = (deps: Parameters<typeof createRedriveLetters>[0]) => ({
  redriveLetters: createRedriveLetters(deps),
});

/** On the `reelay` queue. */
export const createTriggerActivities = (deps: Parameters<typeof createStartForPrefix>[0]) => ({
  startForPrefix: createStartForPrefix(deps),
});

/** On the `capture` queue. */
export const createCaptureActivities = (host: CaptureHost) => ({ captureFrames: createCaptureFrames(host) });

/** On the queue of one capture host. */
export const createHostActivities = (host: CaptureHost) => ({
  applyCapturePolicy: createApplyCapturePolicy(host.registry),
  stopCapture: createStopCapture(host.registry),
  cutCapture: createCutCapture(host.registry),
  beginCapture: createBeginCapture(host),
});

/** On the queue of one host of any kind. */
export const createLeaseActivities = (lease: HostLease) => ({
  answerForHost: createAnswerForHost(lease),
  holdHostLease: createHoldHostLease(lease),
});

/** On the queue of one capture host, for the dead letters whose bytes it has. */
export const createSpooledLetterActivities = (deps: Parameters<typeof createRedriveSpooledLetters>[0]) => ({
  redriveSpooledLetters: createRedriveSpooledLetters(deps),
});

/** On the `transcode` queue. */
export const createTranscodeActivities = (host: TranscodeHost) => ({
  inspectInput: createInspectInput(host),
  encodeChunk: createEncodeChunk(host),
  encodeAudio: createEncodeAudio(host),
  assembleRendition: createAssembleRendition(host),
  assembleLadder: createAssembleLadder(host),
  convertWhole: createConvertWhole(host),
  makeThumbnails: createMakeThumbnails(host),
});

/** On the `reelay` queue: what a task needs that is no media work. */
export const createTaskActivities = (deps: TaskDeps) => ({
  publishTranscodeEvent: createPublishTranscodeEvent(deps.events),
  publishManifest: createPublishManifest(deps),
  removeTraces: createRemoveTraces(deps),
  recordTaskLetter: createRecordTaskLetter(deps),
  sendCallback: createSendCallback(deps),
});

/** On the `reelay` queue. */
export const createJanitorActivities = (deps: Parameters<typeof createCleanStore>[0]) => ({
  cleanStore: createCleanStore(deps),
});

export type JanitorActivities = ReturnType<typeof createJanitorActivities>;
export type TranscodeActivities = ReturnType<typeof createTranscodeActivities>;
export type TaskActivities = ReturnType<typeof createTaskActivities>;
export type TriggerActivities = ReturnType<typeof createTriggerActivities>;
export type StreamActivities = ReturnType<typeof createStreamActivities>;
export type CaptureActivities = ReturnType<typeof createCaptureActivities>;
export type LeaseActivities = ReturnType<typeof createLeaseActivities>;
export type HostActivities = ReturnType<typeof createHostActivities>;
export type DeadLetterActivities = ReturnType<typeof createDeadLetterActivities>;
export type SpooledLetterActivities = ReturnType<typeof createSpooledLetterActivities>;

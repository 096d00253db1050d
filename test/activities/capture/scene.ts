import { Capture } from '../../../activities/capture/capture.js';
import type { CaptureDeps, CaptureStart } from '../../../activities/capture/capture-deps.js';
import type { Delivery } from '../../../activities/delivery/deliver-frames.js';
import type { Frame } from '../../../activities/frames/frame.js';
import { auditParts, type Difference } from '../../../contracts/audit.js';
import type { Gap } from '../../../contracts/ledger.js';
import type { CaptureEnd, CaptureReport, CaptureSegmentInput } from '../../../contracts/messages.js';
import { slotsOf } from '../../../contracts/slots.js';
import { parseStreamRequest, type Policy, type StreamSettings } from '../../../contracts/stream.js';
import { oneProcess } from '../../../media/source/one-process.js';
import { openTestGateway } from '../../harness/test-gateway.js';
import { FFMPEG } from '../../media/clips.js';
import { SESSION } from './frames.js';

export interface SceneStart {
  /** Nothing where the test brings its own source of pictures. */
  url?: string;
  everyMs?: number;
  source?: Partial<StreamSettings['source']>;
  segmentMs?: number;
  input?: Partial<CaptureSegmentInput>;
  deps?: Partial<CaptureDeps & CaptureStart>;
  deliver?: Delivery['deliver'];
}

/** A capture with real ffmpeg whose frames, reports and gaps are noted; frames are stored at once unless told otherwise. */
export interface Scene {
  capture: Capture;
  frames: Frame[];
  reports: CaptureReport[];
  gaps: Gap[];
  ended: Promise<CaptureEnd>;
  /** Resolves with the first frame that passes. */
  frame(passes: (frame: Frame) => boolean): Promise<Frame>;
  storedSlots(): number[];
  differences(): Difference[];
}

export const policyOf = (everyMs: number, change: Partial<Policy> = {}): Policy => ({
  revision: 0,
  everyMs,
  isPaused: false,
  ...change,
});

/** As a worker tells the time. */
export const realMs = (): number => performance.timeOrigin + performance.now();

export function play({
  url = 'rtmp://nowhere/live',
  everyMs = 1000,
  source,
  segmentMs = 60_000,
  input,
  deps,
  deliver,
}: SceneStart): Scene {
  const settings = parseStreamRequest({ streamId: SESSION.streamId, source: { url }, capture: { everyMs } });
  const nowMs = deps?.nowMs ?? realMs;
  const frames: Frame[] = [];
  const reports: CaptureReport[] = [];
  const gaps: Gap[] = [];
  const waiting: { passes(frame: Frame): boolean; resolve(frame: Frame): void }[] = [];
  const capture = new Capture(
    {
      session: SESSION,
      epoch: 1,
      policy: policyOf(everyMs),
      settings: { ...settings, source: { ...settings.source, ...source }, segmentMs },
      ...input,
    },
    {
      pictures: oneProcess({ ffmpeg: FFMPEG, gateway: openTestGateway(), nowMs }),
      host: 'here',
      instance: 'i',
      random: Math.random,
      mayPublish: () => true,
      lastFreeze: () => undefined,
      nowMs,
      onProgress: () => undefined,
      onReport: (report) => reports.push(report),
      onGaps: (found) => gaps.push(...found),
      onPolicy: () => undefined,
      onAccount: () => undefined,
      delivery: {
        deliver: (frame, delivery) => {
          frames.push(frame);
          for (const each of waiting) if (each.passes(frame)) each.resolve(frame);
          return deliver?.(frame, delivery) ?? Promise.resolve('stored');
        },
        deliverLeftovers: () => Promise.resolve(0),
      },
      ...deps,
    },
  );
  const part = () => capture.account.part(0);
  return {
    capture,
    frames,
    reports,
    gaps,
    ended: capture.run(),
    frame: (passes) =>
      new Promise((resolve) => {
        const found = frames.find(passes);
        if (found) resolve(found);
        else waiting.push({ passes, resolve });
      }),
    storedSlots: () => part().stored.flatMap((run) => [...slotsOf(run)]),
    differences: () => auditParts([part()]).differences,
  };
}

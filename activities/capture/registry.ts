import { fault } from '../../contracts/errors.js';
import type { Capture } from './capture.js';

/** The captures that run on this host, by the workflow id of their segment: how a message finds its ffmpeg. */
export interface CaptureRegistry {
  add(segmentId: string, capture: Capture): () => void;
  /** Fails with `capture-not-found` where the host no longer runs it. */
  get(segmentId: string): Capture;
  readonly entries: ReadonlyMap<string, Capture>;
}

export function createCaptureRegistry(): CaptureRegistry {
  const entries = new Map<string, Capture>();
  return {
    entries,
    add(segmentId, capture) {
      entries.set(segmentId, capture);
      return () => {
        if (entries.get(segmentId) === capture) entries.delete(segmentId);
      };
    },
    get(segmentId) {
      const capture = entries.get(segmentId);
      if (!capture) throw fault('capture-not-found', `capture ${segmentId} does not run on this host`);
      return capture;
    },
  };
}

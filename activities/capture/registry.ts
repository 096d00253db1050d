import { EventEmitter, once } from 'node:events';
import { fault } from '../../contracts/errors.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { Capture } from './capture.js';

export interface RegisteredCapture {
  capture: Capture;
  session: SessionRef;
  epoch: number;
  /** Announces frames of this session that a lost host stored last. */
  announceFound(slots: readonly number[]): void;
}

/** The captures that run on this host, by the workflow id of their segment: how a message finds its ffmpeg. */
export interface CaptureRegistry {
  /** Returns what takes it out again. */
  add(segmentId: string, registered: RegisteredCapture): () => void;
  /** Fails with `capture-not-found` where the host no longer runs it. */
  get(segmentId: string): RegisteredCapture;
  /** Resolves when no capture runs any more. */
  idle(): Promise<void>;
  readonly entries: ReadonlyMap<string, RegisteredCapture>;
}

export function createCaptureRegistry(): CaptureRegistry {
  const entries = new Map<string, RegisteredCapture>();
  const changes = new EventEmitter();
  return {
    entries,
    add(segmentId, registered) {
      entries.set(segmentId, registered);
      return () => {
        if (entries.get(segmentId) === registered) entries.delete(segmentId);
        changes.emit('left');
      };
    },
    async idle() {
      while (entries.size > 0) await once(changes, 'left');
    },
    get(segmentId) {
      const registered = entries.get(segmentId);
      if (!registered) throw fault('capture-not-found', `capture ${segmentId} does not run on this host`);
      return registered;
    },
  };
}

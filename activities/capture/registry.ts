import type { SessionRef } from '../../contracts/keys.js';
import { createHostRegistry, type HostRegistry } from '../host/host-registry.js';
import type { Capture } from './capture.js';

export interface RegisteredCapture {
  capture: Capture;
  session: SessionRef;
  epoch: number;
  /** Announces frames of this session that a lost host stored last. */
  announceFound(slots: readonly number[]): void;
}

/** The captures that run on this host, by the workflow id of their segment. */
export type CaptureRegistry = HostRegistry<RegisteredCapture>;

export const createCaptureRegistry = (): CaptureRegistry => createHostRegistry('capture');

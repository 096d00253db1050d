import type { Cut } from '../contracts/messages.js';
import type { CaptureRegistry } from './capture/registry.js';

/** Ends a running capture's slots at the first free one from `atMs` on; asked again, it answers the same cut or an earlier one. */
export const createCutCapture = (registry: CaptureRegistry) =>
  async function cutCapture({ segmentId, atMs }: { segmentId: string; atMs: number }): Promise<Cut> {
    return registry.get(segmentId).capture.cut(atMs);
  };

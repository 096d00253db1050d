import type { CaptureRegistry } from './capture/registry.js';

/** Asks a running capture to end; its segment tells the stream when it has. */
export const createStopCapture = (registry: CaptureRegistry) =>
  async function stopCapture({ segmentId }: { segmentId: string }): Promise<void> {
    registry.get(segmentId).capture.stop('stopped');
  };

import type { BeginCapture } from '../contracts/messages.js';
import type { AppliedPolicy } from '../contracts/stream.js';
import type { ObjectStore } from '../adapters/object-store/object-store.js';
import type { CaptureRegistry } from './capture/registry.js';
import type { HostClock } from './host/host-clock.js';
import { cutOf } from './capture/recover-part.js';

interface BeginDeps {
  registry: CaptureRegistry;
  store: ObjectStore;
  clock: Pick<HostClock, 'nowMs'>;
}

/** Lets a successor that is ready serve its slots, from where the segment before it ends. */
export const createBeginCapture = ({ registry, store, clock }: BeginDeps) =>
  async function beginCapture({
    segmentId,
    predecessor,
    policy,
    isSeamless,
    isAway,
  }: BeginCapture): Promise<AppliedPolicy> {
    const { capture, session, announceFound } = registry.get(segmentId);
    const { cut: continues, found } = await cutOf(predecessor, { store, session, nowMs: clock.nowMs() });
    announceFound(found);
    const sourceMissing = isAway ? 'source-offline' : undefined;
    capture.begin({ continues, policy, isAway, missing: isSeamless ? sourceMissing : 'worker-lost' });
    const { fromSlotMs, policy: applied } = capture.account.applied;
    return { ...applied, fromSlotMs };
  };

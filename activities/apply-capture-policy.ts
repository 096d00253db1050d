import type { AppliedPolicy, Policy } from '../contracts/stream.js';
import type { CaptureRegistry } from './capture/registry.js';

/** Gives a running capture its new policy and answers from which slot it holds. */
export const createApplyCapturePolicy = (registry: CaptureRegistry) =>
  async function applyCapturePolicy({
    segmentId,
    policy,
  }: {
    segmentId: string;
    policy: Policy;
  }): Promise<AppliedPolicy> {
    const { capture } = registry.get(segmentId);
    const { fromSlotMs, policy: current } = capture.account.applied;
    if (current.revision >= policy.revision) return { ...current, fromSlotMs };
    return capture.apply(policy);
  };

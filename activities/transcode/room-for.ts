import type { TranscodePlan } from '../../contracts/plan.js';

/** Chunks and what they are joined to, beside each other; rates are kept on average. */
const COPIES = 3;
const AUDIO_KBPS = 640;

/** Bytes that joining these renditions may take in the scratch folder. */
export function roomFor({ renditions, probe }: TranscodePlan, names: readonly string[]): number {
  const kbps = renditions
    .filter(({ name }) => names.includes(name))
    .reduce((sum, one) => sum + one.maxrateKbps, AUDIO_KBPS);
  return (COPIES * kbps * probe.durationMs) / 8;
}

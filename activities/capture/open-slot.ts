import { dueRuns, slotAfter, type RatePoint, type Slot } from '../../contracts/slots.js';

/**
 * The first due slot that is not accounted for yet and whose own window holds the time; undefined where there is none.
 * After a change of rate that is a slot of the rate before for as long as its window lasts.
 */
export function openSlot(
  timeline: readonly RatePoint[],
  { accountedMs, timeMs }: { accountedMs: number; timeMs: number },
): Slot | undefined {
  for (const { everyMs, fromSlotMs, toSlotMs, isPaused } of dueRuns(timeline, {
    fromMs: accountedMs,
    untilMs: Math.floor(timeMs) + 1,
  })) {
    const slotMs = Math.max(fromSlotMs, slotAfter(timeMs - everyMs, everyMs));
    if (!isPaused && slotMs <= toSlotMs) return { slotMs, everyMs };
  }
  return undefined;
}

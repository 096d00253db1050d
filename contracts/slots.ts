/**
 * Slot arithmetic. A slot is a multiple of its interval since the Unix epoch, so every host names the same slot the same
 * way and two that capture one moment write one object. A timeline says which interval was in force when; from it alone
 * anyone can recompute which slots were due.
 */
export interface RatePoint {
  /** The first millisecond that this rate governs. */
  fromMs: number;
  everyMs: number;
  isPaused: boolean;
}

export interface Slot {
  slotMs: number;
  everyMs: number;
}

/** Slots of one grid from the first to the last, both included. */
export interface SlotRun {
  fromSlotMs: number;
  toSlotMs: number;
  everyMs: number;
}

export interface Span {
  fromMs: number;
  /** Not included. */
  untilMs: number;
}

export const slotAt = (timeMs: number, everyMs: number): number => Math.floor(timeMs / everyMs) * everyMs;

export const slotAfter = (timeMs: number, everyMs: number): number => slotAt(timeMs, everyMs) + everyMs;

/** The first slot at or after a time. */
export const slotFrom = (timeMs: number, everyMs: number): number => Math.ceil(timeMs / everyMs) * everyMs;

export const slotCount = ({ fromSlotMs, toSlotMs, everyMs }: SlotRun): number => (toSlotMs - fromSlotMs) / everyMs + 1;

export const countSlots = (runs: readonly SlotRun[]): number => runs.reduce((sum, run) => sum + slotCount(run), 0);

/** The rate in force at a time; the first one also governs what lies before it. */
export function rateAt(timeline: readonly RatePoint[], timeMs: number): RatePoint {
  const point = timeline.findLast(({ fromMs }) => fromMs <= timeMs) ?? timeline[0];
  if (!point) throw new RangeError('a timeline has at least one rate');
  return point;
}

export interface DueRun extends SlotRun {
  isPaused: boolean;
}

/** The due slots of a span, one run for each rate that was in force in it. */
export function dueRuns(timeline: readonly RatePoint[], { fromMs, untilMs }: Span): DueRun[] {
  return timeline.flatMap((point, index) => {
    const startMs = Math.max(fromMs, index === 0 ? -Infinity : point.fromMs);
    const endMs = Math.min(untilMs, timeline[index + 1]?.fromMs ?? Infinity);
    const fromSlotMs = slotFrom(startMs, point.everyMs);
    const toSlotMs = slotFrom(endMs, point.everyMs) - point.everyMs;
    if (toSlotMs < fromSlotMs) return [];
    return [{ fromSlotMs, toSlotMs, everyMs: point.everyMs, isPaused: point.isPaused }];
  });
}

export function* slotsOf(run: SlotRun): Generator<number> {
  for (let slotMs = run.fromSlotMs; slotMs <= run.toSlotMs; slotMs += run.everyMs) yield slotMs;
}

/** Adds a slot to runs that are kept in order of arrival; the last run grows where the slot is its next one. */
export function addSlot<Run extends SlotRun>(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last && last.everyMs === run.everyMs && last.toSlotMs + run.everyMs === run.fromSlotMs && sameKind(last, run)) {
    last.toSlotMs = run.toSlotMs;
  } else {
    runs.push({ ...run });
  }
}

const sameKind = (a: SlotRun & { reason?: unknown }, b: SlotRun & { reason?: unknown }): boolean =>
  a.reason === b.reason;

/** The timeline after a change of rate; a point that the new one replaces in full is dropped. */
export function withRate(timeline: readonly RatePoint[], point: RatePoint): RatePoint[] {
  return [...timeline.filter(({ fromMs }) => fromMs < point.fromMs), point];
}

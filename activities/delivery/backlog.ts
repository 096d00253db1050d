/** What the order of delivery and of shedding looks at. */
export interface Waiting {
  everyMs: number;
  /** Left behind by an earlier process: its slot is recorded as a gap already. */
  isLate: boolean;
}

/**
 * Frames that wait for one stage of their delivery, in the order of their coming.
 *
 * Delivered are the oldest first, so that a stream's events keep their order; while new frames wait, every fourth turn is
 * one of a frame that an earlier process left, so that neither keeps the other waiting.
 *
 * Shed are the frames of an earlier process first, since their slots are gaps already; then those of the stream with the
 * longest interval, which is the stream of the lowest risk; among these the oldest.
 */
export interface Backlog<Item extends Waiting> {
  readonly size: number;
  readonly lateSize: number;
  add(item: Item): void;
  /** Takes out the next to deliver. */
  next(): Item | undefined;
  /** Takes out the next to shed. */
  victim(): Item | undefined;
  items(): Iterable<Item>;
}

const LATE_EVERY = 4;

export function createBacklog<Item extends Waiting>(): Backlog<Item> {
  const live = new Set<Item>();
  const late = new Set<Item>();
  const byInterval = new Map<number, Set<Item>>();
  let turn = 0;

  return {
    get size() {
      return live.size + late.size;
    },
    get lateSize() {
      return late.size;
    },
    add(item) {
      if (item.isLate) {
        late.add(item);
        return;
      }
      live.add(item);
      const others = byInterval.get(item.everyMs) ?? new Set<Item>();
      byInterval.set(item.everyMs, others.add(item));
    },
    next() {
      turn += 1;
      const isLateTurn = live.size === 0 || turn % LATE_EVERY === 0;
      return (isLateTurn ? take(late) : undefined) ?? take(live);
    },
    victim() {
      return take(late) ?? take(byInterval.get(Math.max(...byInterval.keys())) ?? live);
    },
    *items() {
      yield* live;
      yield* late;
    },
  };

  function take(from: Set<Item>): Item | undefined {
    const [first] = from;
    if (!first) return undefined;
    live.delete(first);
    late.delete(first);
    const others = byInterval.get(first.everyMs);
    others?.delete(first);
    if (others?.size === 0) byInterval.delete(first.everyMs);
    return first;
  }
}

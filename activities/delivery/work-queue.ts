import { createBacklog, type Backlog } from './backlog.js';
import type { Parcel } from './parcel.js';

/** One step of deliveries, so many at once; what is beyond that waits, and may be shed. */
export interface WorkQueue {
  /** Waiting, not begun. */
  readonly backlog: Backlog<Parcel>;
  add(parcel: Parcel): void;
  /** Resolves when fewer frames of an earlier process wait than the number. */
  lateBelow(count: number): Promise<void>;
}

/** `work` never rejects: it tells the parcel. */
export function createWorkQueue({ atOnce, work }: { atOnce: number; work(parcel: Parcel): Promise<void> }): WorkQueue {
  const backlog = createBacklog<Parcel>();
  const wanting: { count: number; resolve(): void }[] = [];
  let active = 0;

  return {
    backlog,
    add(parcel) {
      backlog.add(parcel);
      pump();
    },
    lateBelow: (count) =>
      new Promise((resolve) => {
        wanting.push({ count, resolve });
        tellWanting();
      }),
  };

  function pump(): void {
    while (active < atOnce) {
      const parcel = backlog.next();
      if (!parcel) break;
      active += 1;
      void work(parcel).finally(() => {
        active -= 1;
        pump();
      });
    }
    tellWanting();
  }

  function tellWanting(): void {
    while (wanting[0] && backlog.lateSize < wanting[0].count) wanting.shift()?.resolve();
  }
}

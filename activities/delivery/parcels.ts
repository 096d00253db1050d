import type { OnProblem } from './delivery-news.js';
import type { Outcome, Parcel } from './parcel.js';
import type { Spool } from './spool.js';

/** The frames under way on this host, from when they are taken in to the end of their delivery. */
export interface Parcels {
  readonly count: number;
  /** Keeps images that the disk does not take; undefined where there are too many of those. */
  keepInMemory(images: readonly Buffer[]): Parcel['content'] | undefined;
  enter(start: ParcelStart): Parcel;
  /** Ends a delivery: its file is removed unless the frame was buried, which moves it. */
  settle(parcel: Parcel, outcome: Outcome): Promise<void>;
  /** Ends this process's part of a delivery: what is in the spool stays there for the next one. */
  fail(parcel: Parcel, error: unknown): void;
}

export type ParcelStart = Pick<Parcel, 'frame' | 'content' | 'isLate' | 'onAttempt' | 'resolve' | 'reject'>;

interface ParcelsStart {
  spool: Pick<Spool, 'remove'>;
  /** After which a frame that cannot be delivered is given up. */
  maxAgeMs: number;
  closing: AbortSignal;
  onProblem: OnProblem;
}

const MOST_BYTES_IN_MEMORY = 32 * 1024 * 1024;
/** Captures whose frames wait show so often that they live. */
const BEAT_EVERY_MS = 5000;

export function createParcels({ spool, maxAgeMs, closing, onProblem }: ParcelsStart): Parcels {
  const parcels = new Set<Parcel>();
  let bytesInMemory = 0;
  const beating = setInterval(beat, BEAT_EVERY_MS).unref();
  closing.addEventListener('abort', () => clearInterval(beating), { once: true });

  return {
    get count() {
      return parcels.size;
    },
    keepInMemory(images) {
      const sizeBytes = images.reduce((sum, image) => sum + image.length, 0);
      if (bytesInMemory + sizeBytes > MOST_BYTES_IN_MEMORY) return undefined;
      bytesInMemory += sizeBytes;
      return { at: 'memory', images, sizeBytes };
    },
    enter(start) {
      const expiresAtMs = performance.now() + maxAgeMs;
      const parcel: Parcel = { ...start, everyMs: start.frame.everyMs, expiresAtMs, attempts: 0 };
      parcels.add(parcel);
      return parcel;
    },
    async settle(parcel, outcome) {
      const { content, frame } = parcel;
      leave(parcel);
      // A file that cannot be removed is delivered once more by the next process, to the same effect.
      if (content.at === 'spool' && outcome !== 'dead-lettered')
        await spool.remove(content.spooled).catch((error: unknown) => onProblem(error, frame));
      parcel.resolve(outcome);
    },
    fail(parcel, error) {
      leave(parcel);
      parcel.reject(error);
    },
  };

  function leave(parcel: Parcel): void {
    parcels.delete(parcel);
    if (parcel.content.at === 'memory') bytesInMemory -= parcel.content.sizeBytes;
  }

  function beat(): void {
    for (const onAttempt of new Set([...parcels].map((parcel) => parcel.onAttempt))) onAttempt();
  }
}

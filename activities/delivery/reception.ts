import type { Frame } from '../frames/frame.js';
import type { DeliveryDeps } from './deliver-frames.js';
import type { Outcome, Parcel } from './parcel.js';
import type { Stage } from './stage.js';

interface Reception {
  /** Resolves with the end of the frame's delivery. */
  take(frame: Frame, delivery: { images: readonly Buffer[]; onAttempt(): void }): Promise<Outcome>;
  takeLeftovers(): Promise<number>;
  finish(parcel: Parcel, outcome: Outcome): Promise<void>;
  fail(parcel: Parcel, error: unknown): void;
}

/** What waits is a path and what is known of the frame, about two kilobytes. */
const MOST_PARCELS = 50_000;
/** Frames that the disk does not take go on from memory, up to here. */
const MOST_BYTES_IN_MEMORY = 32 * 1024 * 1024;
/** Of an earlier process, read from the disk ahead of their turn. */
const LEFTOVERS_AHEAD = 64;
/** Captures whose frames wait show so often that they live. */
const BEAT_EVERY_MS = 5000;

/** Takes frames in, makes room for them by shedding others, and ends their delivery. */
export function createReception({
  spool,
  stages,
  maxAgeMs,
  closing,
  onProblem,
}: DeliveryDeps & { stages: [Stage, Stage] }): Reception {
  const [storing] = stages;
  const parcels = new Set<Parcel>();
  let bytesInMemory = 0;
  const beat = setInterval(() => {
    for (const onAttempt of new Set([...parcels].map((parcel) => parcel.onAttempt))) onAttempt();
  }, BEAT_EVERY_MS).unref();
  closing.addEventListener('abort', giveBack, { once: true });

  return {
    // Not an async function: its frame would hold the images until the delivery ends.
    take: (frame, { images, onAttempt }) =>
      admit(frame, images).then((content) => (content ? enter({ frame, content, onAttempt }) : 'shed')),
    async takeLeftovers() {
      const ends: Promise<unknown>[] = [];
      let count = 0;
      for await (const spooled of spool.leftovers()) {
        await storing.lateBelow(LEFTOVERS_AHEAD);
        closing.throwIfAborted();
        const content = { at: 'spool', spooled } as const;
        ends.push(enter({ frame: spooled.frame, content, onAttempt: () => undefined, isLate: true }));
        count += 1;
      }
      await Promise.all(ends);
      return count;
    },
    finish,
    fail,
  };

  async function admit(frame: Frame, images: readonly Buffer[]): Promise<Parcel['content'] | undefined> {
    const sizeBytes = images.reduce((sum, image) => sum + image.length, 0);
    if (!(await makeRoom(sizeBytes))) return undefined;
    if (spool.isDiskShort(sizeBytes)) {
      const inMemory = keepInMemory(images, sizeBytes);
      if (inMemory || !(await shed(sizeBytes))) return inMemory;
    }
    try {
      return { at: 'spool', spooled: await spool.write(frame, images) };
    } catch (error) {
      onProblem(error, frame);
      return keepInMemory(images, sizeBytes);
    }
  }

  function keepInMemory(images: readonly Buffer[], sizeBytes: number): Parcel['content'] | undefined {
    if (bytesInMemory + sizeBytes > MOST_BYTES_IN_MEMORY) return undefined;
    bytesInMemory += sizeBytes;
    return { at: 'memory', images, sizeBytes };
  }

  async function makeRoom(sizeBytes: number): Promise<boolean> {
    if (parcels.size >= MOST_PARCELS && !(await shed(1))) return false;
    return shed(spool.lackingBytes(sizeBytes));
  }

  /** Sheds what waits until so many bytes are free; false where what waits is not enough. */
  async function shed(bytes: number): Promise<boolean> {
    if (bytes === Infinity) return false;
    for (let freed = 0; freed < bytes;) {
      const victim = stages[0].backlog.victim() ?? stages[1].backlog.victim();
      if (!victim) return false;
      freed += victim.content.at === 'spool' ? victim.content.spooled.sizeBytes : 0;
      await finish(victim, 'shed');
    }
    return true;
  }

  function enter({
    frame,
    content,
    onAttempt,
    isLate = false,
  }: Pick<Parcel, 'frame' | 'content' | 'onAttempt'> & { isLate?: boolean }): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const expiresAtMs = performance.now() + maxAgeMs;
      const parcel = { frame, everyMs: frame.everyMs, content, isLate, expiresAtMs, attempts: 0 };
      const entered: Parcel = { ...parcel, onAttempt, resolve, reject };
      parcels.add(entered);
      if (closing.aborted) fail(entered, closing.reason);
      else storing.add(entered);
    });
  }

  async function finish(parcel: Parcel, outcome: Outcome): Promise<void> {
    const { content, frame } = parcel;
    parcels.delete(parcel);
    if (content.at === 'memory') bytesInMemory -= content.sizeBytes;
    // A file that cannot be removed is delivered once more by the next process, to the same effect.
    else if (outcome !== 'dead-lettered') await spool.remove(content.spooled).catch((error) => onProblem(error, frame));
    parcel.resolve(outcome);
  }

  function fail(parcel: Parcel, error: unknown): void {
    parcels.delete(parcel);
    if (parcel.content.at === 'memory') bytesInMemory -= parcel.content.sizeBytes;
    parcel.reject(error);
  }

  /** What waits stays in the spool for the next process. */
  function giveBack(): void {
    clearInterval(beat);
    for (const { backlog } of stages) {
      for (let parcel = backlog.victim(); parcel; parcel = backlog.victim()) fail(parcel, closing.reason);
    }
  }
}

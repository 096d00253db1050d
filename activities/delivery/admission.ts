import type { Frame } from '../frames/frame.js';
import type { Backlog } from './backlog.js';
import type { OnProblem } from './delivery-news.js';
import type { Parcel } from './parcel.js';
import type { Parcels } from './parcels.js';
import type { Spool } from './spool.js';

/** Where the bytes of a frame are kept until it is delivered; undefined where there is no room for them. */
export type Admission = (frame: Frame, images: readonly Buffer[]) => Promise<Parcel['content'] | undefined>;

interface AdmissionDeps {
  spool: Spool;
  parcels: Parcels;
  /** What may be shed, the first of it first. */
  waiting: readonly Backlog<Parcel>[];
  onProblem: OnProblem;
}

/** What waits is a path and what is known of the frame, about two kilobytes. */
const MOST_PARCELS = 50_000;

/** Takes frames in: into the spool, or into memory where the disk does not take them; what waits is shed for them. */
export function createAdmission({ spool, parcels, waiting, onProblem }: AdmissionDeps): Admission {
  return async function admit(frame, images) {
    const sizeBytes = images.reduce((sum, image) => sum + image.length, 0);
    if (!(await makeRoom(sizeBytes))) return undefined;
    if (spool.isDiskShort(sizeBytes)) {
      const inMemory = parcels.keepInMemory(images);
      if (inMemory || !(await shed(sizeBytes))) return inMemory;
    }
    try {
      return { at: 'spool', spooled: await spool.write(frame, images) };
    } catch (error) {
      onProblem(error, frame);
      return parcels.keepInMemory(images);
    }
  };

  async function makeRoom(sizeBytes: number): Promise<boolean> {
    if (parcels.count >= MOST_PARCELS && !(await shed(1))) return false;
    return shed(spool.lackingBytes(sizeBytes));
  }

  /** Sheds what waits until so many bytes are free; false where what waits is not enough. */
  async function shed(bytes: number): Promise<boolean> {
    if (bytes === Infinity) return false;
    for (let freed = 0; freed < bytes;) {
      const victim = nextVictim();
      if (!victim) return false;
      freed += victim.content.at === 'spool' ? victim.content.spooled.sizeBytes : 0;
      await parcels.settle(victim, 'shed');
    }
    return true;
  }

  function nextVictim(): Parcel | undefined {
    for (const backlog of waiting) {
      const victim = backlog.victim();
      if (victim) return victim;
    }
    return undefined;
  }
}

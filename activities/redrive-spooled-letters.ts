import type { RedriveStretch, StretchResult } from '../contracts/redrive.js';
import type { LetterPlace, RedriveDeps } from './dead-letters/redrive-stretch.js';
import { runStretch } from './dead-letters/run-stretch.js';

interface HostDeps extends Omit<RedriveDeps, 'restartTask'> {
  host: string;
  /** The bytes of dead letters that were too large to travel. */
  dead: {
    /** The images of the letter in their order; undefined where it holds none. */
    read(letterId: string): Promise<Buffer[] | undefined>;
    /** Does nothing where it holds none. */
    remove(letterId: string): Promise<void>;
  };
}

/** Sends letters again whose bytes are on this host alone. */
export function createRedriveSpooledLetters({ host, dead, ...deps }: HostDeps) {
  const place: LetterPlace = {
    holds: (letter) => letter.kind === 'frame' && letter.content.at === 'spool' && letter.host === host,
    bytes: ({ letterId }) => dead.read(letterId),
    release: (letterId) => dead.remove(letterId),
  };
  return async function redriveSpooledLetters(stretch: RedriveStretch): Promise<StretchResult> {
    return runStretch({ ...deps, restartTask: neverHere }, { place, stretch });
  };
}

/** A task has no bytes that a host could hold. */
const neverHere = (): Promise<void> => Promise.resolve();

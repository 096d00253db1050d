import type { RedriveStretch, StretchResult } from '../contracts/redrive.js';
import type { LetterPlace, RedriveDeps } from './dead-letters/kinds/letter-work.js';
import { hostOf } from './dead-letters/letter-kinds.js';
import { runStretch } from './dead-letters/run-stretch.js';

interface HostDeps extends Omit<RedriveDeps, 'restartTask' | 'records'> {
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
    holds: (letter) => hostOf(letter) === host,
    bytes: ({ letterId }) => dead.read(letterId),
    release: (letterId) => dead.remove(letterId),
  };
  return async function redriveSpooledLetters(stretch: RedriveStretch): Promise<StretchResult> {
    return runStretch({ ...deps, restartTask: neverHere, records: { putRecord: neverHere } }, { place, stretch });
  };
}

/** Tasks and records have no bytes that a host could hold. */
const neverHere = (): Promise<void> => Promise.resolve();

import type { RedriveStretch, StretchResult } from '../contracts/redrive.js';
import { bytesInLetter } from './dead-letters/kinds/frame.js';
import type { LetterPlace, RedriveDeps } from './dead-letters/kinds/letter-work.js';
import { hostOf } from './dead-letters/letter-kinds.js';
import { runStretch } from './dead-letters/run-stretch.js';

/** Sends letters again of which no host alone has the bytes. */
export const createRedriveLetters = (deps: RedriveDeps) =>
  async function redriveLetters(stretch: RedriveStretch): Promise<StretchResult> {
    return runStretch(deps, { place: ANYWHERE, stretch });
  };

const ANYWHERE: LetterPlace = {
  holds: (letter) => hostOf(letter) === undefined,
  bytes: (letter) => Promise.resolve(bytesInLetter(letter)),
  release: () => Promise.resolve(),
};

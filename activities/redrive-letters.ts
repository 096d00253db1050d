import type { RedriveStretch, StretchResult } from '../contracts/redrive.js';
import type { LetterPlace, RedriveDeps } from './dead-letters/redrive-stretch.js';
import { runStretch } from './dead-letters/run-stretch.js';

/** Sends letters again whose bytes travel in them, or are in a store already, and starts tasks again. */
export const createRedriveLetters = (deps: RedriveDeps) =>
  async function redriveLetters(stretch: RedriveStretch): Promise<StretchResult> {
    return runStretch(deps, { place: IN_LETTER, stretch });
  };

const IN_LETTER: LetterPlace = {
  holds: (letter) => letter.kind === 'transcode' || letter.content.at !== 'spool',
  bytes: async ({ content }) =>
    content.at === 'letter' ? content.images.map((image) => Buffer.from(image, 'base64')) : undefined,
  release: () => Promise.resolve(),
};

import PQueue from 'p-queue';
import type { RedriveStretch, StretchResult } from '../contracts/redrive.js';
import { bytesInLetter } from './dead-letters/kinds/frame.js';
import type { LetterPlace, RedriveDeps } from './dead-letters/kinds/letter-work.js';
import { hostOf } from './dead-letters/letter-kinds.js';
import { runStretch } from './dead-letters/run-stretch.js';

interface LettersDeps extends RedriveDeps {
  isHost(host: string): Promise<boolean>;
}

/** A letter may name any host: a topic is not to make a redrive ask for more of them than there ever are. */
const MOST_HOSTS = 1000;
const AT_ONCE = 8;

/** Sends letters again of which no host alone has the bytes, and tells the hosts that run from others that letters name. */
export const createRedriveLetters = ({ isHost, ...deps }: LettersDeps) =>
  async function redriveLetters(stretch: RedriveStretch): Promise<StretchResult> {
    const { onHosts, ...result } = await runStretch(deps, { place: ANYWHERE, stretch });
    const hosts = Object.entries(onHosts)
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_HOSTS);
    const queue = new PQueue({ concurrency: AT_ONCE });
    const looked = await queue.addAll(
      hosts.map(([host, count]) => async () => ({ host, count, isThere: await isHost(host) })),
    );
    const countsOf = (isThere: boolean): Record<string, number> =>
      Object.fromEntries(looked.flatMap((each) => (each.isThere === isThere ? [[each.host, each.count]] : [])));
    return { ...result, onHosts: countsOf(true), onAbsentHosts: countsOf(false) };
  };

const ANYWHERE: LetterPlace = {
  holds: (letter) => hostOf(letter) === undefined,
  bytes: (letter) => Promise.resolve(bytesInLetter(letter)),
  release: () => Promise.resolve(),
};

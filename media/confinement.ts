import { doesRun } from './process.js';

const MIB = 2 ** 20;
/** Address space, most of which is never touched: threads reserve it. */
const MEMORY_BYTES = 16_384 * MIB;
const FILE_BYTES = 262_144 * MIB;

/** Each without a fork, so that signals and the death of the parent reach ffmpeg itself. */
const WITHOUT_NETWORK = [
  ['unshare', '--net'],
  ['unshare', '--map-root-user', '--net'],
];
const WITH_LIMITS = ['prlimit', `--as=${MEMORY_BYTES}`, `--fsize=${FILE_BYTES}`, '--core=0'];

let found: Promise<string[]> | undefined;

/** The beginning of a command line that has no network and bounded memory and files, as far as this system allows it. */
export const confinement = (): Promise<string[]> => (found ??= find());

async function find(): Promise<string[]> {
  const limits = (await doesRun([...WITH_LIMITS, 'true'])) ? WITH_LIMITS : [];
  for (const isolation of WITHOUT_NETWORK) {
    if (await doesRun([...isolation, 'true'])) return [...isolation, ...limits];
  }
  return limits;
}

import { fault } from '../contracts/errors.js';
import { doesRun } from './process.js';

/** Whether a worker does without what confines its media processes: never, where the system lacks it, or always. */
export const SANDBOX_MODES = ['required', 'preferred', 'off'] as const;
export type SandboxMode = (typeof SANDBOX_MODES)[number];

const MIB = 2 ** 20;
/** Each without a fork, so that signals and the death of the parent reach ffmpeg itself. */
const WITHOUT_NETWORK = [
  ['unshare', '--net'],
  ['unshare', '--map-root-user', '--net'],
];
/** Address space, most of which is never touched: threads reserve it. */
const TRANSCODE_LIMITS = limits({ memoryBytes: 16_384 * MIB, fileBytes: 262_144 * MIB });
/** A capture has two threads, a handful of pictures in memory, and writes to pipes alone. */
const CAPTURE_LIMITS = limits({ memoryBytes: 4096 * MIB, fileBytes: 0 });

let isOff = false;
let foundForTranscodes: Promise<string[]> | undefined;
let foundForCaptures: Promise<string[]> | undefined;

/** The beginning of a command line that has no network and bounded memory and files, as far as this system allows it. */
export const confinement = (): Promise<string[]> => (foundForTranscodes ??= findForTranscodes());

/** The same for captures, which reach their sources by the worker's relays: bounded memory, and no files. */
export const captureConfinement = (): Promise<string[]> => (foundForCaptures ??= usable(CAPTURE_LIMITS));

/** To be called before the first process is started; throws `sandbox-unavailable` where what is required is not there. */
export async function prepareSandbox(mode: SandboxMode, { has }: { has: readonly ('network' | 'limits')[] }) {
  isOff = mode === 'off';
  foundForTranscodes = foundForCaptures = undefined;
  if (mode !== 'required') return;
  const [transcodes, captures] = await Promise.all([confinement(), captureConfinement()]);
  const missing = [
    has.includes('network') && !transcodes.includes('unshare') ? 'unshare may not make a namespace here' : undefined,
    has.includes('limits') && !captures.includes('prlimit') ? 'prlimit is missing' : undefined,
  ].filter((one) => one !== undefined);
  if (missing.length > 0) throw fault('sandbox-unavailable', `ffmpeg would not be confined: ${missing.join(', ')}`);
}

async function findForTranscodes(): Promise<string[]> {
  const bounds = await usable(TRANSCODE_LIMITS);
  for (const isolation of WITHOUT_NETWORK) {
    if ((await usable(isolation)).length > 0) return [...isolation, ...bounds];
  }
  return bounds;
}

const usable = async (words: string[]): Promise<string[]> =>
  !isOff && (await doesRun([...words, 'true'])) ? words : [];

function limits({ memoryBytes, fileBytes }: { memoryBytes: number; fileBytes: number }): string[] {
  return ['prlimit', `--as=${memoryBytes}`, `--fsize=${fileBytes}`, '--core=0'];
}

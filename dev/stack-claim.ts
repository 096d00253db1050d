import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';
import type { StackAddresses } from './stack-addresses.js';

/** Who runs the stack of a home; kept in `stack.json` there, with the addresses once it is ready. */
export interface StackClaim extends ProcessIdentity {
  /** Missing where an earlier version runs it. */
  kind?: StackKind;
  addresses?: StackAddresses;
}

/** What a stack was asked to be. */
export interface StackKind {
  /** Kafka and S3 as real servers. */
  full: boolean;
  /** With a camera. */
  demo: boolean;
}

const fileIn = (home: string): string => join(home, 'stack.json');

/** Makes this process the one that runs the stack of this home, or returns the one that does. */
export async function claimHome(home: string, kind: StackKind): Promise<StackClaim | undefined> {
  await mkdir(home, { recursive: true });
  const release = await lock(home, {
    lockfilePath: join(home, 'stack.lock'),
    retries: { retries: 20, factor: 1, minTimeout: 100 },
  });
  try {
    const owner = await readClaim(home);
    if (owner === undefined) await write(home, { kind });
    return owner;
  } finally {
    await release();
  }
}

/** The live process that runs the stack of this home. */
export async function readClaim(home: string): Promise<StackClaim | undefined> {
  const text = await readFile(fileIn(home), 'utf8').catch(() => undefined); // absent where nothing runs
  const claim = text === undefined ? undefined : (JSON.parse(text) as StackClaim);
  return claim !== undefined && isAlive(claim) ? claim : undefined;
}

/** Told by the process that has the claim, for others to find the stack by. */
export const publishAddresses = (
  home: string,
  content: { kind: StackKind; addresses: StackAddresses },
): Promise<void> => write(home, content);

export const releaseHome = (home: string): Promise<void> => rm(fileIn(home), { force: true });

async function write(home: string, content: Omit<StackClaim, keyof ProcessIdentity>): Promise<void> {
  const whole = `${fileIn(home)}.${process.pid}`;
  await writeFile(whole, JSON.stringify({ ...identifyProcess(process.pid)!, ...content } satisfies StackClaim));
  await rename(whole, fileIn(home));
}

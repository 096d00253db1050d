import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';

const REAP_GRACE_MS = 10_000;
const POLL_MS = 50;

export interface ProcessRecord extends ProcessIdentity {
  name: string;
}

const folderOf = (home: string): string => join(home, 'processes');
const fileOf = (home: string, name: string): string => join(folderOf(home), `${name}.json`);

/** Written when a process starts, so that a later run can end it where this one cannot: after kill -9, say. */
export function recordProcess(home: string, name: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  mkdirSync(folderOf(home), { recursive: true });
  writeFileSync(fileOf(home, name), JSON.stringify({ name, ...identity } satisfies ProcessRecord));
}

export function forgetProcess(home: string, name: string): void {
  rmSync(fileOf(home, name), { force: true });
}

/** The processes recorded in this home that still run. */
export function recordedProcesses(home: string): ProcessRecord[] {
  return namesIn(home)
    .map((name) => readRecord(fileOf(home, name)))
    .filter((record) => record !== undefined)
    .filter(isAlive);
}

/** Ends what an earlier run left behind in this home, and returns what that was. */
export async function reapProcesses(home: string): Promise<ProcessRecord[]> {
  const left = recordedProcesses(home);
  await Promise.all(left.map((record) => endProcess(record)));
  for (const name of namesIn(home)) forgetProcess(home, name);
  return left;
}

export async function endProcess(record: ProcessIdentity, graceMs = REAP_GRACE_MS): Promise<void> {
  signalGroup(record.pid, 'SIGTERM');
  if (await isGoneWithin(record, graceMs)) return;
  signalGroup(record.pid, 'SIGKILL');
  await isGoneWithin(record, graceMs);
}

/** Signals the whole group of a process that leads one; a group that is already gone (EPERM on macOS) is no failure. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** For processes that are not our children, whose end no event announces. */
export async function isGoneWithin(identity: ProcessIdentity, limitMs: number): Promise<boolean> {
  for (const endsAt = Date.now() + limitMs; Date.now() < endsAt; await delay(POLL_MS)) {
    if (!isAlive(identity)) return true;
  }
  return !isAlive(identity);
}

function namesIn(home: string): string[] {
  try {
    return readdirSync(folderOf(home))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readRecord(file: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
  } catch {
    return undefined; // half written when its writer was killed: the death signal has ended that process
  }
}

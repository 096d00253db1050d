import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defined } from '../contracts/defined.js';
import { fault } from '../contracts/errors.js';
import { findProgram } from './find-program.js';
import { forgetProcess, recordProcess, signalGroup } from './process-records.js';

/**
 * Every process that the local stack starts is started here, and dies with the process that started it:
 * - it leads its own group, so that a signal reaches its children, and Ctrl-C reaches us alone and we choose the order;
 * - on an orderly exit of ours the group is killed in an exit handler;
 * - where we are killed ourselves, the kernel sends it SIGTERM (Linux), and its record in `home` lets the next run end it.
 */
const STOP_GRACE_MS = 10_000;

export interface ChildOptions {
  name: string;
  command: readonly [string, ...string[]];
  /** Standard output and error are appended here. */
  log: string;
  /** Where to record the process for a later run. */
  home?: string;
  /** Added to our own environment. */
  env?: Record<string, string>;
  cwd?: string;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  name: string;
  pid: number;
  log: string;
  exited: Promise<ChildExit>;
  /** SIGTERM to the group, SIGKILL after the grace; resolves when the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

const live = new Set<number>();
process.on('exit', () => live.forEach((pid) => signalGroup(pid, 'SIGKILL')));

export function startChild({ name, command, log, home, env, cwd }: ChildOptions): Child {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const [program, ...args] = boundToUs(command);
  const started = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
    ...defined({ cwd }),
  });
  closeSync(output);
  const exited = exitOf(started);
  const { pid } = started;
  if (pid === undefined) throw fault('stack-failed', `${name} cannot be started: ${program} is not a program`);

  live.add(pid);
  if (home !== undefined) recordProcess(home, name, pid);
  void exited.then(() => {
    signalGroup(pid, 'SIGKILL');
    live.delete(pid);
    if (home !== undefined) forgetProcess(home, name);
  });
  return { name, pid, log, exited, stop: (graceMs = STOP_GRACE_MS) => stopGroup(pid, { exited, graceMs }) };
}

export const describeExit = ({ code, signal }: ChildExit): string =>
  signal === null ? `exit code ${code}` : `signal ${signal}`;

const exitOf = (child: ChildProcess): Promise<ChildExit> =>
  new Promise((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

async function stopGroup(pid: number, { exited, graceMs }: { exited: Promise<ChildExit>; graceMs: number }) {
  if (!live.has(pid)) return;
  signalGroup(pid, 'SIGTERM');
  const patience = new AbortController();
  const late = delay(graceMs, true, { signal: patience.signal }).catch(() => false);
  if (await Promise.race([exited.then(() => false), late])) signalGroup(pid, 'SIGKILL');
  patience.abort();
  await exited;
}

let hasDeathSignal: boolean | undefined;

function boundToUs(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  hasDeathSignal ??=
    process.platform === 'linux' &&
    findProgram('setpriv') !== undefined &&
    spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0;
  return hasDeathSignal ? ['setpriv', '--pdeathsig', 'TERM', '--', ...command] : command;
}

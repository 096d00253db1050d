import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { fault, type Problem } from '../contracts/errors.js';
import { lastLines } from '../dev/last-lines.js';
import { logIn } from '../dev/server.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import type { Step } from '../dev/steps.js';

const MARK = 'REELAY_UP_DETACHED';

/** What an `up` in the background tells the one that started it. */
export type DetachedMessage =
  { kind: 'step'; step: Step } | { kind: 'ready'; addresses: StackAddresses } | { kind: 'failed'; problem: Problem };

export type DetachedEnd = Exclude<DetachedMessage, { kind: 'step' }>;

/** How the `up` in the background reports; undefined where this process is no such. */
export function reportToStarter(): ((message: DetachedMessage) => void) | undefined {
  if (process.env[MARK] === undefined || process.send === undefined) return undefined;
  delete process.env[MARK];
  return (message) => void (process.connected && process.send?.(message));
}

export interface DetachOptions {
  home: string;
  /** The options of the `up` to run in the background. */
  flags: string[];
  onStep: (step: Step) => void;
  signal: AbortSignal;
}

/** Runs the same command again in the background, and returns when that is ready, or how it failed. */
export async function upDetached({ home, flags, onStep, signal }: DetachOptions): Promise<DetachedEnd> {
  const log = logIn(home, 'up');
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  // Not through dev/child.ts: this one is to outlive us.
  const up = spawn(process.execPath, [...process.execArgv, process.argv[1]!, 'up', ...flags], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...process.env, REELAY_HOME: home, [MARK]: '1' },
  });
  closeSync(output);
  const stop = () => up.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const end = new Promise<DetachedEnd>((resolve) =>
    up.on('message', (message: DetachedMessage) => {
      if (message.kind === 'step') onStep(message.step);
      else resolve(message);
    }),
  );
  const gone = once(up, 'exit').then(async () => {
    throw fault('stack-failed', `up ended before it was ready; its log is ${log}`, { tail: await lastLines(log) });
  });
  try {
    return await Promise.race([end, gone]);
  } finally {
    gone.catch(() => {}); // its end is nobody's concern once it is ready
    signal.removeEventListener('abort', stop);
    if (up.connected) up.disconnect();
    up.unref();
  }
}

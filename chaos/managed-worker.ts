import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from '../dev/server.js';
import { startWorker } from '../dev/worker.js';

export interface ManagedWorker {
  home: string;
  /** Undefined while it is being started again. */
  pid(): number | undefined;
  /** The most memory that any of its processes has had resident. */
  peakBytes(): number;
  signal(signal: NodeJS.Signals): void;
  /** Ends it in good order; then starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface ManagedWorkerOptions {
  /** Or several, with commas. */
  role: string;
  /** The folder of this worker alone: its log, its process record, its spool. */
  home: string;
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  onNotice(notice: string): void;
  /** Gives up its first start. */
  signal: AbortSignal;
}

const RESTART_PAUSE_MS = 500;
const SAMPLE_EVERY_MS = 500;
const STOP_GRACE_MS = 60_000;

/** A worker as a supervisor keeps it: it is started again half a second after it has died. */
export async function startManagedWorker({
  onNotice,
  signal: givingUp,
  ...options
}: ManagedWorkerOptions): Promise<ManagedWorker> {
  const closing = new AbortController();
  let current: Server | undefined;
  let restarting: Promise<void> | undefined;
  let peakBytes = 0;
  let samples = Promise.resolve();
  const sampler = setInterval(() => {
    samples = sample();
  }, SAMPLE_EVERY_MS);
  await start(AbortSignal.any([givingUp, closing.signal])).catch((error: unknown) => {
    clearInterval(sampler);
    throw error;
  });

  return {
    home: options.home,
    pid: () => current?.pid,
    peakBytes: () => peakBytes,
    signal(signal) {
      if (current?.pid === undefined)
        throw new Error(`the ${options.role} worker does not run: it cannot get ${signal}`);
      process.kill(current.pid, signal);
    },
    async restart() {
      const stopping = current;
      await stopping?.stop(STOP_GRACE_MS);
      await restarting;
    },
    async stop() {
      closing.abort();
      clearInterval(sampler);
      await samples;
      if (current?.pid !== undefined) process.kill(current.pid, 'SIGCONT');
      await current?.stop(STOP_GRACE_MS);
      await restarting;
    },
  };

  async function start(signal = closing.signal): Promise<void> {
    const worker = await startWorker({ ...options, signal });
    current = worker;
    void worker.child?.exited.then(({ code, signal }) => {
      current = undefined;
      if (closing.signal.aborted) return;
      onNotice(`a ${options.role} worker ended with ${signal ?? `exit code ${code}`}`);
      restarting = startAgain();
    });
  }

  async function startAgain(): Promise<void> {
    while (!closing.signal.aborted) {
      await delay(RESTART_PAUSE_MS, undefined, { signal: closing.signal }).catch(() => {}); // seen just below
      if (closing.signal.aborted) return;
      try {
        return await start();
      } catch (error) {
        if (!closing.signal.aborted) onNotice((error as Error).message);
      }
    }
  }

  async function sample(): Promise<void> {
    peakBytes = Math.max(peakBytes, await peakOf(current?.pid));
  }
}

async function peakOf(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''); // it has just ended
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

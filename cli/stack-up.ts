import { once } from 'node:events';
import { startCamera } from '../dev/camera.js';
import { keepRunning } from '../dev/keep-running.js';
import { startStack } from '../dev/stack.js';
import type { StackAddresses } from '../dev/stack-addresses.js';
import { claimHome, publishAddresses, releaseHome, type StackClaim } from '../dev/stack-claim.js';
import { runStep, type OnStep } from '../dev/steps.js';
import { startWorker } from '../dev/worker.js';
import { workerEnv } from '../dev/worker-env.js';
import { ROLES } from '../workers/roles.js';

export interface UpOptions {
  home: string;
  full: boolean;
  demo: boolean;
  /** What to run as a worker, up to its roles. */
  workerCommand: readonly [string, ...string[]];
  onStep: OnStep;
  onNotice: (notice: string) => void;
  /** Called once when all runs; may last as long as the stack, which stops where it fails. */
  onReady: (addresses: StackAddresses) => Promise<void>;
  /** Stops everything, in order: workers, the camera, servers. */
  signal: AbortSignal;
}

/** Runs the whole local stack until told to stop; or returns at once who runs one in the same home. */
export async function runUp(options: UpOptions): Promise<StackClaim | undefined> {
  const owner = await claimHome(options.home);
  if (owner !== undefined) return owner;
  try {
    await runClaimed(options);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    await releaseHome(options.home);
  }
  return undefined;
}

type Stop = () => Promise<void>;

async function runClaimed({ home, full, onStep, onNotice, onReady, signal, ...options }: UpOptions): Promise<void> {
  const stopInOrder: Stop[] = [];
  try {
    const { addresses, stop } = await startStack({ home, full, onStep, onNotice, signal });
    stopInOrder.unshift(stop);
    const step = { home, onStep, onNotice, signal, addresses };
    if (options.demo) stopInOrder.unshift(await startDemoCamera(step));
    await startWorkers({ ...step, ...options, willStop: (stop) => stopInOrder.unshift(stop) });
    await publishAddresses(home, addresses);
    await onReady(addresses);
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    for (const stop of stopInOrder) await stop();
  }
}

type StepOptions = Pick<UpOptions, 'home' | 'onStep' | 'onNotice' | 'signal'> & { addresses: StackAddresses };

async function startDemoCamera({ onStep, addresses, ...options }: StepOptions): Promise<Stop> {
  const url = `${addresses.rtmp.url}/demo`;
  const camera = await runStep({ name: 'camera', onStep }, () => startCamera({ ...options, url }));
  return () => camera.stop();
}

type WorkersOptions = StepOptions & Pick<UpOptions, 'demo' | 'workerCommand'> & { willStop: (stop: Stop) => void };

async function startWorkers({
  home,
  addresses,
  demo,
  workerCommand,
  onStep,
  onNotice,
  signal,
  willStop,
}: WorkersOptions) {
  const env = workerEnv(addresses, { home, allowFile: demo, inputFolder: process.cwd() });
  const starting = ROLES.map((role) => {
    const name = `worker-${role}`;
    const start = (stopping: AbortSignal) => startWorker({ role, home, command: workerCommand, env, signal: stopping });
    return runStep({ name, onStep }, () => keepRunning({ name, start, onNotice, signal }));
  });
  willStop(async () => {
    const workers = await Promise.allSettled(starting);
    await Promise.all(workers.map((worker) => (worker.status === 'fulfilled' ? worker.value.stop() : undefined)));
  });
  await Promise.all(starting);
}

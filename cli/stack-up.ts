import { once } from 'node:events';
import { startCamera } from '../dev/camera.js';
import { chooseHttp, startHttp } from '../dev/http.js';
import { keepRunning, stopKept } from '../dev/keep-running.js';
import type { Server } from '../dev/server.js';
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
  /** How this command line is run: `node bin/reelay`. */
  reelay: readonly [string, ...string[]];
  onStep: OnStep;
  onNotice: (notice: string) => void;
  /** Called once when all runs; may last as long as the stack, which stops where it fails. */
  onReady: (addresses: StackAddresses) => Promise<void>;
  /** Stops everything, in order: workers, the camera, servers. */
  signal: AbortSignal;
}

/** Runs the whole local stack until told to stop; or returns at once who runs one in the same home. */
export async function runUp(options: UpOptions): Promise<StackClaim | undefined> {
  const owner = await claimHome(options.home, { full: options.full, demo: options.demo });
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
    const http = await startOwn({ ...step, ...options, willStop: (stop) => stopInOrder.unshift(stop) });
    const all = { ...addresses, http };
    await publishAddresses(home, { kind: { full, demo: options.demo }, addresses: all });
    await onReady(all);
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

type OwnOptions = StepOptions & Pick<UpOptions, 'demo' | 'reelay'> & { willStop: (stop: Stop) => void };

/** The workers and the HTTP server, side by side; answers where the latter is. */
async function startOwn({ home, addresses, demo, reelay, onStep, onNotice, signal, willStop }: OwnOptions) {
  const env = workerEnv(addresses, { home, allowFile: demo, inputFolder: process.cwd() });
  const address = await chooseHttp(home);
  const command = (name: string) => [...reelay, name] as const;
  const starts: Record<string, (stopping: AbortSignal) => Promise<Server>> = {
    http: (stopping) => startHttp({ home, address, command: command('server'), env, signal: stopping }),
  };
  for (const role of ROLES) {
    starts[`worker-${role}`] = (stopping) =>
      startWorker({ role, home, command: command('worker'), env, signal: stopping });
  }
  const starting = Object.entries(starts).map(([name, start]) =>
    runStep({ name, onStep }, () => keepRunning({ name, start, onNotice, signal })),
  );
  willStop(() => stopKept(starting));
  await Promise.all(starting);
  return { url: `http://${address}` };
}

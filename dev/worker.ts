import { startReadyProcess, type ReadyProcessOptions } from './ready-process.js';
import type { Server } from './server.js';

/** A worker ends its captures in good order before it goes. */
const STOP_GRACE_MS = 30_000;

export interface WorkerOptions extends Pick<ReadyProcessOptions, 'home' | 'env' | 'signal'> {
  role: string;
  /** What to run, up to the roles: `node bin/reelay worker`. */
  command: readonly [string, ...string[]];
}

/** A worker process of one role; ready when it polls. */
export const startWorker = ({ role, command, ...options }: WorkerOptions): Promise<Server> =>
  startReadyProcess({
    ...options,
    name: `worker-${role}`,
    command: [...command, '--roles', role],
    stopGraceMs: STOP_GRACE_MS,
  });

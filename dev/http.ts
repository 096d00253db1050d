import { choosePort, LOOPBACK } from './ports.js';
import { startReadyProcess, type ReadyProcessOptions } from './ready-process.js';
import type { Server } from './server.js';

const USUAL_PORT = 8300;
const STOP_GRACE_MS = 10_000;

/** Where the HTTP interface of this home is to listen: `host:port`. */
export const chooseHttp = async (home: string): Promise<string> =>
  `${LOOPBACK}:${await choosePort(home, { name: 'http', usual: USUAL_PORT, choice: 'usual' })}`;

export type OwnHttpOptions = Pick<ReadyProcessOptions, 'home' | 'command' | 'env' | 'signal'> & { address: string };

/** A process that runs the HTTP interface; ready when it listens. */
export const startHttp = ({ address, env, ...options }: OwnHttpOptions): Promise<Server> =>
  startReadyProcess({ ...options, name: 'http', env: { ...env, REELAY_HTTP: address }, stopGraceMs: STOP_GRACE_MS });

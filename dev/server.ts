import { join } from 'node:path';
import type { Child } from './child.js';
import type { PortChoice } from './ports.js';
import type { Report } from './steps.js';

/** What each `startX` of this folder takes. */
export interface ServerOptions {
  /** All state, logs and process records of the stack are in this folder. */
  home: string;
  ports?: PortChoice;
  report?: Report;
  signal?: AbortSignal | undefined;
}

/** A server that answers; without a child where it is somebody else's, named by the environment. */
export interface Server {
  child?: Child;
  pid?: number;
  stop(graceMs?: number): Promise<void>;
}

export const ownServer = (child: Child): Required<Server> => ({
  child,
  pid: child.pid,
  stop: (graceMs) => child.stop(graceMs),
});

export const foreignServer = (): Server => ({ stop: async () => {} });

export const logIn = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

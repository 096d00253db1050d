import { join } from 'node:path';
import type { Child } from './child.js';
import type { Report } from './steps.js';

/** What each `startX` of this folder takes. */
export interface ServerOptions {
  /** All state, logs and process records of the stack are in this folder. */
  home: string;
  /** Exactly this port; else the one of the last start in this home, or any. */
  port?: number;
  report?: Report;
  signal?: AbortSignal | undefined;
}

/** A server that answers; without a child where it is somebody else's, named by the environment. */
export interface Server {
  child?: Child;
  pid?: number;
  stop(): Promise<void>;
}

export const ownServer = (child: Child): Required<Server> => ({ child, pid: child.pid, stop: () => child.stop() });

export const foreignServer = (): Server => ({ stop: async () => {} });

export const logIn = (home: string, name: string): string => join(home, 'logs', `${name}.log`);

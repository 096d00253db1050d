import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from '../runtime/config.js';
import type { Adapters } from '../runtime/open-adapters.js';

export interface RoleDeps {
  connection: NativeConnection;
  client: Client;
  config: Config;
  adapters: Adapters;
  log: Logger;
}

/** A role of a running process. */
export interface OpenRole {
  workers: readonly Worker[];
  /** Called once its workers run. */
  opened?(): void;
  /** Hands over or finishes what it has under way, and ends its workers. */
  drain(): Promise<void>;
  /** Called when all workers of the process have ended; missing where there is nothing to close. */
  close?(): Promise<void>;
}

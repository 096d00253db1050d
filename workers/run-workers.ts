import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  type LogEntry,
  type Logger as TemporalLogger,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { fault } from '../contracts/errors.js';
import type { Config } from '../runtime/config.js';
import { adapterLog, createLog } from '../runtime/log.js';
import { keepPrivate } from '../runtime/keep-private.js';
import { openAdapters } from '../runtime/open-adapters.js';
import { checkStores } from './check-stores.js';
import { dataConverter } from '../runtime/payload-codec.js';
import type { OpenRole, RoleDeps } from './open-role.js';
import { openRole, ROLES, type Role } from './roles.js';

interface RunOptions {
  config: Config;
  roles: readonly Role[];
  /** Aborts to drain and stop. */
  stopping: AbortSignal;
  onReady(): void;
}

/** Runs the workers of this process until it is told to stop; then each role ends, and what was opened is closed. */
export async function runWorkers({ config, roles, stopping, onReady }: RunOptions): Promise<void> {
  keepPrivate();
  const log = createLog(config);
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions).catch((cause: unknown) => {
    throw fault('temporal-unreachable', `no Temporal server at ${connectionOptions.address ?? 'localhost:7233'}`, {
      cause,
    });
  });
  if (config.allowPrivateSources)
    log.warn(
      'REELAY_SOURCES_ALLOW_PRIVATE allows all private networks: name those that are needed, see docs/security.md',
    );
  const adapters = await openAdapters(config, adapterLog(log));
  try {
    await checkStores({ adapters, config, log });
    await runRoles(roles, {
      deps: {
        connection,
        client: new Client({ connection, namespace, dataConverter: dataConverter(config) }),
        config,
        adapters,
        log,
      },
      stopping,
      onReady,
    });
  } finally {
    await adapters.close();
    await connection.close();
  }
}

async function runRoles(
  roles: readonly Role[],
  { deps, stopping, onReady }: Pick<RunOptions, 'stopping' | 'onReady'> & { deps: RoleDeps },
): Promise<void> {
  const opened: OpenRole[] = [];
  const drain = async (): Promise<void> => {
    for (const role of opened) await role.drain();
  };
  try {
    for (const role of ROLES) if (roles.includes(role)) opened.push(await openRole(role, deps));
    stopping.addEventListener('abort', () => void drain(), { once: true });
    const running = Promise.all(opened.flatMap(({ workers }) => workers).map((worker) => worker.run()));
    for (const role of opened) role.opened?.();
    onReady();
    await running;
  } finally {
    for (const role of opened) await role.close?.();
  }
}

/** The SDK's own messages in the same log. */
const temporalLogger = (log: Logger): TemporalLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }: LogEntry) => {
    const { taskToken: _, ...fields } = meta ?? {};
    log[PINO_LEVEL[level]]({ ...fields, ...(fields['error'] ? { error: String(fields['error']) } : {}) }, message);
  });

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

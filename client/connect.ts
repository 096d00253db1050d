import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Log } from '../adapters/log.js';
import { fault } from '../contracts/errors.js';
import { readPayloadKeys } from '../runtime/config-payload-settings.js';
import type { Config } from '../runtime/config.js';
import type { Adapters } from '../runtime/open-adapters.js';
import { dataConverter } from '../runtime/payload-codec.js';

/** What every function of the client takes first: Temporal, and the stores and the event log that Reelay writes to. */
export interface Reelay {
  temporal: Client;
  /** Opened when they are first asked for, so that what needs Temporal alone needs no `REELAY_STORE`. */
  adapters(): Promise<Pick<Adapters, 'store' | 'stores' | 'large' | 'source'>>;
  close(): Promise<void>;
}

export interface ReelayOptions {
  /** Where stores and event log are; read from the environment when they are first asked for, unless given. */
  config?: Config;
  /** Open already, and closed with what they are given to. */
  adapters?: Adapters;
  /** Hears what adapters say of their connections. */
  log?: Log;
}

const CONNECT_WITHIN_MS = 5000;

/**
 * Connects as Temporal's environment configuration says: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS, API key, profile.
 * `temporal-unreachable` where no server answers.
 */
export async function connect(options: ReelayOptions = {}): Promise<Reelay> {
  const { reelay, connection } = open(options);
  try {
    await connection.ensureConnected();
    return reelay;
  } catch (cause) {
    await reelay.close();
    const { address } = connection.options;
    throw fault('temporal-unreachable', `no Temporal server answers at ${address}; TEMPORAL_ADDRESS sets another`, {
      cause,
    });
  }
}

/** The same without a look at Temporal, for what reads the store and the event log alone. */
export const openReelay = (options: ReelayOptions = {}): Reelay => open(options).reelay;

function open(options: ReelayOptions): { reelay: Reelay; connection: Connection } {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: CONNECT_WITHIN_MS });
  let opening = options.adapters && Promise.resolve(options.adapters);
  const reelay = {
    temporal: new Client({ connection, namespace, dataConverter: dataConverter(options.config ?? readPayloadKeys()) }),
    adapters: () => (opening ??= openFrom(options)),
    async close() {
      await (await opening?.catch(() => undefined))?.close();
      await connection.close();
    },
  };
  return { reelay, connection };
}

/** Loaded when it is used: a command that asks Temporal alone must not wait for the libraries of Kafka and S3. */
async function openFrom({ config, log }: ReelayOptions): Promise<Adapters> {
  const [{ readConfig }, { openAdapters }] = await Promise.all([
    import('../runtime/config.js'),
    import('../runtime/open-adapters.js'),
  ]);
  return openAdapters(config ?? readConfig(), log);
}

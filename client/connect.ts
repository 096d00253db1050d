import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { fault } from '../contracts/errors.js';

/** A connection to the Temporal server that runs Reelay; what every function of the client takes first. */
export interface Reelay {
  temporal: Client;
  close(): Promise<void>;
}

const CONNECT_WITHIN_MS = 5000;

/** Connects as Temporal's environment configuration says: `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, TLS, API key, profile. */
export async function connect(): Promise<Reelay> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_WITHIN_MS });
    return { temporal: new Client({ connection, namespace }), close: () => connection.close() };
  } catch (cause) {
    throw fault('temporal-unreachable', `no Temporal server answers at ${address}; TEMPORAL_ADDRESS sets another`, {
      cause,
    });
  }
}

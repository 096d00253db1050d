import { join } from 'node:path';
import type { StackAddresses } from './stack-addresses.js';

export interface WorkerEnvOptions {
  home: string;
  /** Files as sources, for the demo alone. */
  allowFile?: boolean;
}

/** The environment by which a worker finds the local stack. */
export function workerEnv(
  { temporal, store, events }: StackAddresses,
  { home, allowFile = false }: WorkerEnvOptions,
): Record<string, string> {
  const env: Record<string, string | undefined> = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    REELAY_STORE: store.url,
    REELAY_EVENTS: events.url,
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
    REELAY_SPOOL_DIR: join(home, 'spool'),
    REELAY_SOURCES_ALLOW_PRIVATE: '1',
    REELAY_SOURCES_ALLOW_FILE: allowFile ? '1' : undefined,
    REELAY_HOST: 'local',
  };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

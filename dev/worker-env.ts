import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackAddresses } from './stack-addresses.js';

export interface WorkerEnvOptions {
  home: string;
  /** Files as sources, for the demo alone. */
  allowFile?: boolean;
  /** Whose files may be transcoded, beside those of the folder store. */
  inputFolder?: string;
}

const LOOPBACK = '127.0.0.0/8,::1/128';

/** The environment by which a worker finds the local stack. */
export function workerEnv(
  { temporal, store, events }: StackAddresses,
  { home, allowFile = false, inputFolder }: WorkerEnvOptions,
): Record<string, string> {
  // What the folder store holds can be transcoded as what a bucket holds.
  const storeFolder = store.url.startsWith('file:') ? fileURLToPath(store.url) : undefined;
  const inputFolders = [inputFolder, storeFolder].filter((folder) => folder !== undefined);
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
    REELAY_SCRATCH_DIR: join(home, 'scratch'),
    REELAY_INPUTS_ALLOW_FOLDERS: inputFolders.length > 0 ? inputFolders.join() : undefined,
    REELAY_SOURCES_ALLOW_NETWORKS: LOOPBACK,
    REELAY_INPUTS_ALLOW_NETWORKS: LOOPBACK,
    REELAY_CALLBACKS_ALLOW_NETWORKS: LOOPBACK,
    REELAY_SOURCES_ALLOW_FILE: allowFile ? '1' : undefined,
    REELAY_SANDBOX: 'preferred',
    REELAY_HOST: 'local',
  };
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SEARCH_ATTRIBUTES } from '../contracts/search-attributes.js';
import { fault } from '../contracts/errors.js';
import { startChild } from './child.js';
import { findProgram } from './find-program.js';
import { goRecipe } from './go-install.js';
import { choosePort, LOOPBACK, reach } from './ports.js';
import { provision, type ProvisionOptions } from './provision.js';
import { registerSearchAttributes } from './search-attributes.js';
import { foreignServer, logIn, ownServer, type Server, type ServerOptions } from './server.js';
import { untilReady } from './until-ready.js';
import { isAtLeast, parseVersion, printedBy } from './version.js';

const LEAST_SERVER = [1, 29, 0] as const;
const START_DEADLINE_MS = 60_000;
const ASK_DEADLINE_MS = 2_000;
const NAMESPACE = 'default';
/** Priorities of tasks and turns of tenants, which hold within one partition of a queue: one is enough for one machine. */
const SETTINGS = [
  'matching.useNewMatcher=true',
  'matching.enableFairness=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

export interface TemporalServer extends Server {
  address: string;
  namespace: string;
  /** The web interface; unknown for a server named by the environment. */
  ui?: string;
}

const recipe = goRecipe({
  name: 'temporal',
  version: '1.5.1',
  module: 'github.com/temporalio/cli/cmd/temporal',
  otherwise: 'install the Temporal CLI, or set TEMPORAL_ADDRESS to a running server',
  installed: temporalOnPath,
});

/** Temporal's command line, which has the server inside. */
export const provideTemporal = (options: ProvisionOptions): Promise<string> => provision(recipe, options);

/** Temporal's development server with its web interface and a database file in `home`. */
export async function startTemporal({
  home,
  ports,
  report = () => {},
  signal,
}: ServerOptions): Promise<TemporalServer> {
  const program = await provideTemporal({ report, signal });
  const port = await choosePort(home, { name: 'temporal', usual: 7233, choice: ports });
  const uiPort = await choosePort(home, { name: 'temporal-ui', usual: 8233, choice: ports });
  const address = `${LOOPBACK}:${port}`;
  await mkdir(home, { recursive: true });
  const child = startChild({
    name: 'temporal',
    command: [program, 'server', 'start-dev', ...argumentsOf({ home, port, uiPort })],
    log: logIn(home, 'temporal'),
    home,
  });
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    // The port first: a gRPC client that was refused once waits a second before it tries again.
    check: () => reach(port).then(() => askTemporal({ address, namespace: NAMESPACE })),
  });
  return { ...ownServer(child), address, namespace: NAMESPACE, ui: `http://${LOOPBACK}:${uiPort}` };
}

/** The server that TEMPORAL_ADDRESS and its like name, taught what Reelay needs. */
export async function useTemporal(): Promise<TemporalServer> {
  const { connectionOptions, namespace = NAMESPACE } = loadClientConnectConfig();
  const { address = '' } = connectionOptions;
  await askTemporal({ ...connectionOptions, namespace }).catch((cause: Error) => {
    throw fault('temporal-unreachable', `TEMPORAL_ADDRESS is ${address}: ${cause.message}`, { cause });
  });
  return { ...foreignServer(), address, namespace };
}

async function askTemporal({ namespace, ...options }: ConnectionOptions & { namespace: string }): Promise<void> {
  const connection = await Connection.connect({ ...options, connectTimeout: ASK_DEADLINE_MS });
  try {
    await connection.withDeadline(Date.now() + ASK_DEADLINE_MS, () => registerSearchAttributes(connection, namespace));
  } finally {
    await connection.close();
  }
}

const argumentsOf = ({ home, port, uiPort }: { home: string; port: number; uiPort: number }): string[] => [
  '--ip',
  LOOPBACK,
  '--port',
  `${port}`,
  '--ui-port',
  `${uiPort}`,
  '--db-filename',
  join(home, 'temporal.db'),
  ...SETTINGS.flatMap((setting) => ['--dynamic-config-value', setting]),
  ...Object.values(SEARCH_ATTRIBUTES).flatMap(({ name }) => ['--search-attribute', `${name}=Keyword`]),
];

/** `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`: what counts is the server inside. */
async function temporalOnPath(): Promise<string | undefined> {
  const program = findProgram('temporal');
  if (program === undefined) return undefined;
  const [, server = ''] = /Server (\S+)/.exec(await printedBy(program, ['--version'])) ?? [];
  return isAtLeast(parseVersion(server), LEAST_SERVER) ? program : undefined;
}

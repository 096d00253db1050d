import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createBucket, type S3Access } from './bucket.js';
import { startChild } from './child.js';
import { findProgram } from './find-program.js';
import { goRecipe } from './go-install.js';
import { choosePort, LOOPBACK, reach } from './ports.js';
import { provision, type ProvisionOptions } from './provision.js';
import { logIn, ownServer, type Server, type ServerOptions } from './server.js';
import { untilReady } from './until-ready.js';
import { isAtLeast, parseVersion, printedBy } from './version.js';

const LEAST_VERSION = [1, 8, 0] as const;
const START_DEADLINE_MS = 30_000;
const BUCKET = 'reelay';
const REGION = 'us-east-1';
/** Known to all: the server listens on loopback alone and holds what one developer tries out. */
const CREDENTIALS = { accessKeyId: 'reelay', secretAccessKey: 'reelay-local' };

export interface S3Server extends Server, S3Access {
  bucket: string;
}

const recipe = goRecipe({
  name: 'versitygw',
  version: '1.8.0',
  module: 'github.com/versity/versitygw/cmd/versitygw',
  otherwise: 'install VersityGW, or set AWS_ENDPOINT_URL_S3 and REELAY_STORE to a running S3 server and its bucket',
  installed: versitygwOnPath,
});

export const provideS3 = (options: ProvisionOptions): Promise<string> => provision(recipe, options);

/** An S3 server that keeps its objects as files in `home`, with the bucket `reelay`. */
export async function startS3({ home, ports, report = () => {}, signal }: ServerOptions): Promise<S3Server> {
  const program = await provideS3({ report, signal });
  const port = await choosePort(home, { name: 's3', usual: 7070, choice: ports });
  const folder = join(home, 's3');
  await mkdir(folder, { recursive: true });
  const child = startChild({
    name: 's3',
    command: [program, '--port', `${LOOPBACK}:${port}`, '--region', REGION, '--keep-alive', '--quiet', 'posix', folder],
    env: { ROOT_ACCESS_KEY: CREDENTIALS.accessKeyId, ROOT_SECRET_KEY: CREDENTIALS.secretAccessKey },
    log: logIn(home, 's3'),
    home,
  });
  const access = { endpoint: `http://${LOOPBACK}:${port}`, region: REGION, ...CREDENTIALS };
  await untilReady(child, {
    deadlineMs: START_DEADLINE_MS,
    signal,
    check: () => reach(port).then(() => createBucket(BUCKET, access)),
  });
  return { ...ownServer(child), ...access, bucket: BUCKET };
}

async function versitygwOnPath(): Promise<string | undefined> {
  const program = findProgram('versitygw');
  if (program === undefined) return undefined;
  const version = parseVersion(await printedBy(program, ['--version']));
  return isAtLeast(version, LEAST_VERSION) ? program : undefined;
}

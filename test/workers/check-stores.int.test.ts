import assert from 'node:assert/strict';
import { execa } from 'execa';
import { s3ObjectStore } from '../../adapters/object-store/s3.js';
import { holdsToConditions } from '../../adapters/object-store/holds-to-conditions.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { REELAY } from '../harness/full-stack.js';
import { s3Server, temporalServer } from '../harness/servers.js';
import { startUnconditionalStore } from './unconditional-store.js';

describe('a real store behind a server that ignores If-None-Match', () => {
  const folder = useTempFolder();
  let front: Awaited<ReturnType<typeof startUnconditionalStore>>;
  let env: Record<string, string>;
  beforeEach(async () => {
    const [{ bucket, ...access }, { address }] = await Promise.all([s3Server(), temporalServer()]);
    front = await startUnconditionalStore(access);
    env = {
      TEMPORAL_ADDRESS: address,
      REELAY_HOME: folder(),
      REELAY_STORE: `s3://${bucket}`,
      REELAY_EVENTS: `file://${folder()}/events`,
      REELAY_SPOOL_DIR: `${folder()}/spool`,
      AWS_ENDPOINT_URL_S3: front.endpoint,
      AWS_REGION: access.region,
      AWS_ACCESS_KEY_ID: access.accessKeyId,
      AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
    };
  });
  afterEach(() => front.close());

  const reelay = (...args: string[]) => execa(process.execPath, [REELAY, ...args], { env, reject: false });

  it('is told from the store itself', async () => {
    const { endpoint, region, bucket, ...credentials } = await s3Server();
    for (const [at, expected] of [
      [endpoint, true],
      [front.endpoint, false],
    ] as const) {
      const store = s3ObjectStore({ endpoint: at, region, bucket, credentials });
      assert.equal(await holdsToConditions(store), expected, at);
      await store.close();
    }
  });

  it('is refused by a worker', async () => {
    const { exitCode, stdout, stderr } = await reelay('worker', '--roles', 'workflow');
    assert.equal(exitCode, 1);
    assert.match(stdout + stderr, /store-unconditional/);
  });

  it('is told of by the doctor', async () => {
    const { stdout } = await reelay('doctor', '--json');
    const findings = JSON.parse(stdout) as { check: string; isGood: boolean; detail: string }[];
    const { isGood, detail } = findings.find(({ check }) => check === 'store')!;
    assert.equal(isGood, false);
    assert.match(detail, /^store-unconditional: .* the last writer wins/);
  });
});

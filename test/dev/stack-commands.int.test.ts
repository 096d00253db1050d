import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { recordedProcesses } from '../../dev/process-records.js';
import type { StackAddresses } from '../../dev/stack-addresses.js';
import type { StackStatus } from '../../cli/stack-status.js';
import { readClaim } from '../../dev/stack-claim.js';
import { useTempFolder } from './temp-folder.js';

const REELAY = fileURLToPath(new URL('./fixtures/reelay.js', import.meta.url));

describe('up and down', () => {
  const home = useTempFolder();
  const env = () => {
    const { TEMPORAL_ADDRESS: _, REELAY_STORE: __, REELAY_EVENTS: ___, ...inherited } = process.env;
    return { ...inherited, REELAY_HOME: home(), NO_COLOR: '1' };
  };
  afterEach(() => reelay('down'));

  const reelay = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [REELAY, ...args], { env: env() }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  it('run the stack in the background and print one line of addresses', async () => {
    const { code, stdout, stderr } = await reelay('up', '--detach', '--json');
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 1);
    const addresses = JSON.parse(stdout) as StackAddresses;
    assert.deepEqual(Object.keys(addresses), ['temporal', 'store', 'events', 'rtmp', 'http']);
    assert.deepEqual(addresses.store, { url: `file://${home()}/objects` });
    assert.equal((await fetch(addresses.temporal.ui!)).status, 200);
    for (const name of ['temporal', 'rtmp', 'worker-workflow', 'worker-capture', 'worker-transcode', 'http']) {
      assert.match(stderr, new RegExp(`✔ ${name} +started +\\d+\\.\\d s`));
    }

    for (const flags of [[], ['--detach']]) {
      const again = await reelay('up', '--json', ...flags);
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(JSON.parse(again.stdout), addresses);
    }

    const other = await reelay('up', '--full', '--json');
    assert.equal(other.code, 4);
    const { error } = JSON.parse(other.stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'stack-taken');
    assert.match(error.message, /already runs without --full in .* `reelay down` first/);

    const status = await reelay('status', '--json');
    assert.equal(status.code, 1, status.stdout);
    const told = JSON.parse(status.stdout) as StackStatus;
    assert.equal(told.state, 'running');
    assert.deepEqual(told.kind, { full: false, demo: false });
    assert.deepEqual(told.addresses, addresses);
    assert.deepEqual(
      told.parts.map(({ name, kind }) => [name, kind]),
      [
        ['http', 'server'],
        ['rtmp', 'server'],
        ['temporal', 'server'],
        ['worker-capture', 'worker'],
        ['worker-transcode', 'worker'],
        ['worker-workflow', 'worker'],
      ],
    );
    assert.deepEqual(
      told.parts.filter(({ isHealthy }) => !isHealthy).map(({ name }) => name),
      ['http'], // its stand-in listens nowhere
    );
    const lines = (await reelay('status')).stdout;
    assert.match(lines, /^The stack of .* runs$/m);
    assert.match(lines, /^✔ temporal +server +\d+ +127\.0\.0\.1:\d+$/m);
    assert.match(lines, /^✔ worker-capture +worker +\d+$/m);

    const down = await reelay('down', '--json');
    assert.equal(down.code, 0);
    assert.deepEqual(JSON.parse(down.stdout), {
      stopped: ['up', 'http', 'rtmp', 'temporal', 'worker-capture', 'worker-transcode', 'worker-workflow'],
    });
    assert.equal(await readClaim(home()), undefined);
    assert.deepEqual(recordedProcesses(home()), []);
    assert.equal((await reelay('down')).code, 3);
    assert.equal((await reelay('status')).code, 3);
  });

  it('run the stack in the foreground until they are interrupted', async () => {
    const up = spawn(process.execPath, [REELAY, 'up', '--json'], { env: env(), stdio: ['ignore', 'pipe', 'ignore'] });
    const exit = once(up, 'exit');
    await once(createInterface(up.stdout), 'line');
    assert.equal(recordedProcesses(home()).length, 6);
    up.kill('SIGINT');
    assert.deepEqual(await exit, [0, null]);
    assert.deepEqual(recordedProcesses(home()), []);
  });

  it('leave nothing when they are interrupted during the start', async () => {
    const up = spawn(process.execPath, [REELAY, 'up'], { env: env(), stdio: ['ignore', 'ignore', 'pipe'] });
    const exit = once(up, 'exit');
    await once(createInterface(up.stderr), 'line');
    up.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
    assert.deepEqual(recordedProcesses(home()), []);
  });

  it('end what a stack that was killed has left, and go on in the same home', async () => {
    const first = JSON.parse((await reelay('up', '--detach', '--json')).stdout) as StackAddresses;
    process.kill((await readClaim(home()))!.pid, 'SIGKILL');
    const { code, stdout, stderr } = await reelay('up', '--detach', '--json');
    assert.equal(code, 0, stderr);
    assert.equal((JSON.parse(stdout) as StackAddresses).events.url, first.events.url);
    assert.equal((await reelay('down')).code, 0);
    assert.deepEqual(recordedProcesses(home()), []);
  });
});

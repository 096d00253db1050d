import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startChild } from '../../dev/child.js';
import { findProgram } from '../../dev/find-program.js';
import { identifyProcess, type ProcessIdentity } from '../../dev/process-identity.js';
import { isGoneWithin, reapProcesses, recordedProcesses } from '../../dev/process-records.js';
import { untilReady } from '../../dev/until-ready.js';
import { useTempFolder } from './temp-folder.js';

const WAIT = 'setInterval(() => {}, 1e6); console.log("waits")';
const DEAF = `process.on("SIGTERM", () => {}); ${WAIT}`;
const GONE_MS = 10_000;

describe('a child process', () => {
  const home = useTempFolder();
  const start = (script: string) =>
    startChild({
      name: 'child',
      command: [process.execPath, '-e', script],
      log: join(home(), 'child.log'),
      home: home(),
    });
  const waits = async () => {
    if (!(await readFile(join(home(), 'child.log'), 'utf8')).includes('waits')) throw new Error('not yet');
  };

  it('is recorded while it runs, and stopped in good order', async () => {
    const child = start(WAIT);
    await untilReady(child, { check: waits, deadlineMs: GONE_MS });
    assert.deepEqual(
      recordedProcesses(home()).map(({ name, pid }) => ({ name, pid })),
      [{ name: 'child', pid: child.pid }],
    );
    await child.stop();
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGTERM' });
    assert.deepEqual(recordedProcesses(home()), []);
    await child.stop();
  });

  it('is killed where it does not stop within the grace', async () => {
    const child = start(DEAF);
    await untilReady(child, { check: waits, deadlineMs: GONE_MS });
    await child.stop(100);
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGKILL' });
  });

  it('takes its own children with it', async () => {
    const child = start(`
      const { spawn } = require("node:child_process");
      const grandchild = spawn(process.execPath, ["-e", ${JSON.stringify(DEAF)}], { stdio: "inherit" });
      require("node:fs").writeFileSync(${JSON.stringify(join(home(), 'pid'))}, String(grandchild.pid));`);
    await untilReady(child, { check: waits, deadlineMs: GONE_MS });
    const grandchild = identifyProcess(Number(await readFile(join(home(), 'pid'), 'utf8')))!;
    await child.stop(100);
    assert.ok(await isGoneWithin(grandchild, GONE_MS));
  });

  it('that ends before it is ready fails the start, with its log and the last lines', async () => {
    const child = start('console.log("cannot bind"); process.exit(7)');
    await assert.rejects(
      untilReady(child, { check: () => Promise.reject(new Error('refused')), deadlineMs: GONE_MS }),
      (error: { type: string; message: string; details: unknown[] }) => {
        assert.equal(error.type, 'stack-failed');
        assert.equal(error.message, `child did not start: exit code 7; its log is ${join(home(), 'child.log')}`);
        assert.deepEqual(error.details, [{ tail: ['cannot bind'] }]);
        return true;
      },
    );
  });

  it('that never answers fails the start, and is stopped', async () => {
    const child = start(WAIT);
    await assert.rejects(
      untilReady(child, { check: () => Promise.reject(new Error('refused')), deadlineMs: 200 }),
      /child did not start: no answer within 0.2 s \(refused\)/,
    );
    assert.deepEqual(await child.exited, { code: null, signal: 'SIGTERM' });
  });

  describe('whose parent is killed', () => {
    async function killParent({ script, path }: { script: string; path?: string }): Promise<ProcessIdentity> {
      const supervisor = spawn(process.execPath, [SUPERVISOR, home(), script], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...(path === undefined ? {} : { PATH: path }) },
      });
      const [pid] = (await once(createInterface(supervisor.stdout), 'line')) as [string];
      const child = identifyProcess(Number(pid))!;
      supervisor.kill('SIGKILL');
      await once(supervisor, 'exit');
      return child;
    }

    it('is ended by the kernel', async () => {
      assert.notEqual(findProgram('setpriv'), undefined, 'this test needs setpriv of util-linux');
      assert.ok(await isGoneWithin(await killParent({ script: WAIT }), GONE_MS));
    });

    it('is ended by the next run where the kernel does not do it', async () => {
      const left = await killParent({ script: WAIT, path: home() });
      assert.ok(identifyProcess(left.pid), 'it outlives its parent');
      assert.deepEqual(await reapProcesses(home()), [{ name: 'child', ...left }]);
      assert.equal(identifyProcess(left.pid), undefined);
      assert.deepEqual(recordedProcesses(home()), []);
    });

    it('is told from a later process with the same pid', async () => {
      const left = await killParent({ script: WAIT, path: home() });
      const other: ProcessIdentity = { pid: left.pid, startedAt: 'another time' };
      assert.ok(await isGoneWithin(other, 0));
      await reapProcesses(home());
    });
  });
});

const SUPERVISOR = fileURLToPath(new URL('./fixtures/supervisor.js', import.meta.url));

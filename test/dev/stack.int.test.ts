import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { identifyProcess } from '../../dev/process-identity.js';
import { recordedProcesses } from '../../dev/process-records.js';
import { startStack, type Stack } from '../../dev/stack.js';
import { useTempFolder } from './temp-folder.js';

describe('the local stack', () => {
  const home = useTempFolder();
  const notices = new EventEmitter();
  let stack: Stack | undefined;
  const start = (signal?: AbortSignal) =>
    startStack({
      home: home(),
      full: false,
      onStep: () => {},
      onNotice: (notice) => notices.emit(notice),
      ...(signal ? { signal } : {}),
    });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
  });

  it('starts a server that died again, at the same address', async () => {
    stack = await start();
    const { ui } = stack.addresses.temporal;
    const again = once(notices, 'temporal runs again');
    process.kill(recordedProcesses(home()).find(({ name }) => name === 'temporal')!.pid, 'SIGKILL');
    await again;
    assert.equal((await fetch(ui!)).status, 200);
  });

  it('leaves no process when it is stopped', async () => {
    stack = await start();
    const running = recordedProcesses(home());
    assert.deepEqual(running.map(({ name }) => name).sort(), ['rtmp', 'temporal']);
    await stack.stop();
    for (const { pid, name } of running) assert.equal(identifyProcess(pid), undefined, name);
  });

  it('leaves no process when its start is aborted', async () => {
    const abort = new AbortController();
    const starting = start(abort.signal);
    abort.abort(new Error('enough'));
    await assert.rejects(starting, /enough/);
    assert.deepEqual(recordedProcesses(home()), []);
  });
});

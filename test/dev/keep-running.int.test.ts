import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { startChild } from '../../dev/child.js';
import { keepRunning, pauseAfter } from '../../dev/keep-running.js';
import { ownServer } from '../../dev/server.js';
import { useTempFolder } from './temp-folder.js';

describe('what is kept running', () => {
  const home = useTempFolder();
  const waiting = () =>
    startChild({
      name: 'waiting',
      command: [process.execPath, '-e', 'setInterval(() => {}, 1e6)'],
      log: join(home(), 'waiting.log'),
    });

  it('is started again when it ends by itself, and told of', async () => {
    const notices: string[] = [];
    const events = new EventEmitter();
    const pids: number[] = [];
    const kept = await keepRunning({
      name: 'waiting',
      start: async () => {
        const child = waiting();
        pids.push(child.pid);
        return ownServer(child);
      },
      onNotice: (notice) => {
        notices.push(notice);
        if (notice.endsWith('runs again')) events.emit('again');
      },
    });
    process.kill(pids[0]!, 'SIGKILL');
    await once(events, 'again');
    await kept.stop();
    assert.equal(pids.length, 2);
    assert.deepEqual(notices, [
      `waiting ended by itself with signal SIGKILL; its log is ${join(home(), 'waiting.log')}`,
      'waiting runs again',
    ]);
  });

  it('is tried again where it does not start again', async () => {
    const events = new EventEmitter();
    let starts = 0;
    const kept = await keepRunning({
      name: 'waiting',
      start: async () => {
        starts += 1;
        if (starts === 2) throw new Error('no room');
        return ownServer(waiting());
      },
      onNotice: (notice) => events.emit(notice),
    });
    const refused = once(events, 'no room');
    const again = once(events, 'waiting runs again');
    process.kill(kept.first.pid, 'SIGKILL');
    await Promise.all([refused, again]);
    await kept.stop();
    assert.equal(starts, 3);
  });

  it('waits twice as long after each failure, up to half a minute', () => {
    assert.deepEqual([0, 1, 2, 5, 6, 20].map(pauseAfter), [500, 1000, 2000, 16_000, 30_000, 30_000]);
  });
});

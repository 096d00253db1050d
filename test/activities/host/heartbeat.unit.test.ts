import assert from 'node:assert/strict';
import { MockActivityEnvironment } from '@temporalio/testing';
import { heartbeatOnProgress } from '../../../activities/host/heartbeat.js';

describe('a heartbeat on progress', () => {
  it('comes from wherever the progress is noted, such as a timer that was there before the activity', async () => {
    const environment = new MockActivityEnvironment();
    const beats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => beats.push(details));
    let beat: () => void = () => undefined;
    const ticks = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        beat();
        if (beats.length === 0) return;
        clearInterval(timer);
        resolve();
      }, 5);
    });
    await environment.run(async () => {
      beat = heartbeatOnProgress(() => ({ stored: 3 }));
      await ticks;
    });
    assert.deepEqual(beats, [{ stored: 3 }]);
  });
});

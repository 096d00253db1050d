import assert from 'node:assert/strict';
import { captureWorker, captureWorkers } from '../harness/capture-worker.js';
import { reelay } from '../harness/commands.js';
import { eventually } from '../harness/eventually.js';
import { useFullStack } from '../harness/full-stack.js';
import {
  awaitFrames,
  awaitTurn,
  expectAccounted,
  framesOf,
  gapsOf,
  showStream,
  startStream,
  turnsOf,
} from '../harness/live-streams.js';
import { capturesOf } from '../harness/processes.js';
import { publish } from '../harness/publisher.js';

const BACK_WITHIN_MS = 60_000;

describe('a capture worker that is told to stop while it captures', () => {
  useFullStack();

  it('is started again, and the session goes on with every slot explained', async () => {
    const { url } = await publish('relayed');
    await startStream(url, { id: 'relayed', args: ['--every', '500ms'] });
    const before = (await awaitFrames('relayed', { count: 12 })).length;
    const { pid: stopped } = await captureWorker();
    process.kill(stopped, 'SIGTERM');
    const toldAtMs = Date.now();
    await eventually(async () => (await captureWorkers()).some(({ pid }) => pid !== stopped) || undefined, {
      withinMs: BACK_WITHIN_MS,
      what: 'another capture worker',
    });
    // A successor that no host took in time is replaced, and counts.
    const where = ({ epoch }: { epoch: number }): boolean => epoch > 1;
    const frames = await awaitFrames('relayed', { count: 10, where, withinMs: BACK_WITHIN_MS });
    const back = frames.find(({ data }) => where(data))!.data;
    console.log(`      captured again ${back.slotMs - toldAtMs} ms after SIGTERM`);
    assert.equal(new Set(frames.map(({ data }) => data.sessionId)).size, 1);
    assert.ok(frames.length > before);
    assert.equal((await capturesOf(url)).length, 1);
    const { phase, epoch, interruptions } = await showStream('relayed');
    assert.equal(phase, 'capturing');
    assert.equal(epoch > 1, true);
    assert.equal(interruptions, 0);

    await reelay('stream', 'stop', 'relayed');
    const { counts, gapsByReason } = await expectAccounted('relayed');
    console.log(`      due ${counts.due}, stored ${counts.stored}, gaps ${JSON.stringify(gapsByReason)}`);
    assert.deepEqual(Object.keys(gapsByReason), ['worker-lost']);
    const { data } = await awaitTurn('relayed', { kind: 'ended' });
    assert.deepEqual(data.counts, counts);
    assert.equal((await turnsOf('relayed', 'started')).length, 1);
    assert.equal(counts.stored, (await framesOf('relayed')).length);
    const announced = (await gapsOf('relayed')).map(({ data }) => data.count);
    assert.equal(
      announced.reduce((sum, count) => sum + count),
      counts.gaps,
    );
  });
});

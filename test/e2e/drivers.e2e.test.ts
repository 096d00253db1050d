import assert from 'node:assert/strict';
import { startStream as startByClient, stopStream } from '../../client/index.js';
import { reelay, temporalCommand } from '../harness/commands.js';
import { useFullStack } from '../harness/full-stack.js';
import {
  awaitFrames,
  awaitTurn,
  endsWithScene,
  expectAccounted,
  expectNoGap,
  gapsOf,
} from '../harness/live-streams.js';
import { eventually } from '../harness/eventually.js';
import { outsideClient } from '../harness/outside-client.js';
import { publish } from '../harness/publisher.js';

describe('a stream may be driven by several tools', () => {
  useFullStack();

  let url: string;
  before('publish', async () => {
    ({ url } = await publish('drive'));
  });

  it('started by Temporal alone, changed by the command line, stopped by the client', async () => {
    const input = { streamId: 'raw1', source: { url }, capture: { everyMs: 1000 } };
    endsWithScene('raw1');
    await temporalCommand(
      ...['workflow', 'start', '--type', 'liveStream', '--task-queue', 'reelay'],
      ...['--workflow-id', 'stream:default/raw1', '--input', JSON.stringify(input)],
    );
    await awaitFrames('raw1', { count: 2 });
    const { exitCode } = await reelay('stream', 'rate', 'raw1', '--every', '500ms');
    assert.equal(exitCode, 0);
    await awaitFrames('raw1', { count: 3, where: ({ everyMs }) => everyMs === 500 });
    const { reason, counts } = await stopStream((await outsideClient()).reelay, { streamId: 'raw1' });
    assert.equal(reason, 'stopped');
    assert.equal(counts.gaps, 0);
    assert.deepEqual((await awaitTurn('raw1', { kind: 'ended' })).data.counts, counts);
    await expectNoGap('raw1');
  });

  it('started by the client, paused and resumed by the command line, its risk raised by a signal', async () => {
    const { reelay: connected } = await outsideClient();
    endsWithScene('app1');
    const started = await startByClient(connected, { streamId: 'app1', source: { url }, capture: { risk: 'medium' } });
    assert.ok(started.isNew);
    await awaitFrames('app1', { count: 1, where: ({ everyMs }) => everyMs === 2000 });
    await temporalCommand(
      ...['workflow', 'signal', '--workflow-id', started.workflowId],
      ...['--name', 'setRiskLevel', '--input', '{"level":"critical"}'],
    );
    await awaitFrames('app1', { count: 3, where: ({ everyMs }) => everyMs === 250 });
    const paused = await reelay<{ fromSlotMs: number }>('stream', 'pause', 'app1');
    await reachOf(paused.answer.fromSlotMs + 2000);
    const resumed = await reelay<{ fromSlotMs: number }>('stream', 'resume', 'app1');
    const frames = await awaitFrames('app1', {
      count: 3,
      where: ({ slotMs }) => slotMs >= resumed.answer.fromSlotMs,
    });
    const [from, until] = [paused.answer.fromSlotMs, resumed.answer.fromSlotMs];
    assert.deepEqual(
      frames.filter(({ data }) => data.slotMs >= from && data.slotMs < until),
      [],
    );
    await reelay('stream', 'stop', 'app1');
    const { gapsByReason } = await expectAccounted('app1');
    assert.deepEqual(gapsByReason, { paused: (until - from) / 250 });
    await awaitTurn('app1', { kind: 'ended' });
    const told = (await gapsOf('app1')).map(({ data: { reason, fromSlotMs, toSlotMs } }) => [
      ...[reason, fromSlotMs, toSlotMs],
    ]);
    assert.deepEqual(told, [['paused', from, until - 250]]);
  });
});

const reachOf = (timeMs: number): Promise<true> =>
  eventually(() => Date.now() >= timeMs || undefined, { withinMs: 10_000, what: 'that time' });

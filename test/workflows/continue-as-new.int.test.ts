import assert from 'node:assert/strict';
import { changeCaptureRateSignal, setCapturePolicyUpdate, stopStreamSignal } from '../../contracts/messages.js';
import type { AppliedPolicy } from '../../contracts/stream.js';
import { useStreamBench, type StreamHandle } from './stream-bench.js';

const SIGNALS = 200;
const UPDATES = 20;

describe('a live stream that continues as new', () => {
  const bench = useStreamBench();

  async function capturing(id: string, continueAfterEvents: number) {
    const { start, host, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id, continueAfterEvents }), host('a')]);
    await awaitState(stream, ({ phase }) => phase === 'capturing');
    return { stream, captures };
  }
  async function runsOf(stream: StreamHandle): Promise<number> {
    const { client } = bench();
    const { raw } = await stream.describe();
    let runs = 0;
    for (let runId = raw.workflowExecutionInfo?.firstRunId ?? ''; runId !== ''; runs += 1) {
      const { events } = await client.workflow.getHandle(stream.workflowId, runId).fetchHistory();
      runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
    }
    return runs;
  }

  it('loses none of a storm of messages: the last one holds, and the capture goes on', async () => {
    const { stream, captures } = await capturing('storm', 60);
    const updates: Promise<AppliedPolicy>[] = [];
    for (let index = 0; index < SIGNALS; index++) {
      await stream.signal(changeCaptureRateSignal, { everyMs: 1000 + index });
      if (index % (SIGNALS / UPDATES) === 0)
        updates.push(stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 5000 + index }] }));
    }
    const answers = await Promise.all(updates);
    await stream.signal(changeCaptureRateSignal, { everyMs: 777 });
    const revision = SIGNALS + UPDATES + 1;
    const state = await bench().awaitState(stream, ({ applied }) => applied?.revision === revision);
    assert.deepEqual([state.policy.revision, state.policy.everyMs, state.applied?.everyMs], [revision, 777, 777]);
    assert.deepEqual([state.epoch, captures.length], [1, 1]);
    assert.equal(captures[0]?.applied.at(-1)?.everyMs, 777);
    const told = captures[0].applied.map((policy) => policy.revision);
    assert.deepEqual(
      told,
      [...new Set(told)].sort((a, b) => a - b),
      'each policy once, in order',
    );
    assert.ok(answers.every((answer) => answer.fromSlotMs !== null && answer.revision < revision));
    const runs = await runsOf(stream);
    assert.ok(runs >= 4, `${runs} runs`);
    await stream.signal(stopStreamSignal);
    assert.equal((await stream.result()).reason, 'stopped');
    assert.equal(bench().records.sealed('storm').length, 1);
    assert.deepEqual(
      bench()
        .records.published('storm')
        .map(({ kind }) => kind),
      ['started', 'ended'],
    );
  });

  it('does not wait for the event log with that, nor with what it controls', async () => {
    const { records } = bench();
    records.isLogDown = true;
    const { stream, captures } = await capturing('log-down-storm', 30);
    for (let everyMs = 1001; everyMs <= 1030; everyMs++) {
      const { fromSlotMs } = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs }] });
      assert.notEqual(fromSlotMs, null, `every ${everyMs} was not applied`);
    }
    assert.equal(captures[0]?.applied.length, 30);
    records.isLogDown = false;
    await stream.signal(stopStreamSignal);
    await stream.result();
    assert.deepEqual(
      records.published('log-down-storm').map(({ kind }) => kind),
      ['started', 'ended'],
    );
  });
});

import assert from 'node:assert/strict';
import { changeCaptureRateSignal, setCapturePolicyUpdate, stopStreamSignal } from '../../contracts/messages.js';
import type { AppliedPolicy } from '../../contracts/stream.js';
import { eventually } from '../harness/eventually.js';
import { useStreamBench, type StreamHandle } from './stream-bench.js';

const STORMS = 20;
const SIGNALS = 45;
const UPDATES = 5;

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
    const answers: AppliedPolicy[] = [];
    for (let storm = 1; storm <= STORMS; storm++) {
      const updates: Promise<AppliedPolicy>[] = [];
      for (let index = 0; index < SIGNALS; index++) {
        await stream.signal(changeCaptureRateSignal, { everyMs: 1000 + index });
        if (index % (SIGNALS / UPDATES) === 0)
          updates.push(stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 5000 + index }] }));
      }
      answers.push(...(await Promise.all(updates)));
      const hasContinued = async () => ((await runsOf(stream)) > storm ? true : undefined);
      await eventually(hasContinued, { withinMs: 30_000, what: `a new run after storm ${storm}` });
    }
    await stream.signal(changeCaptureRateSignal, { everyMs: 777 });
    const revision = STORMS * (SIGNALS + UPDATES) + 1;
    const state = await bench().awaitState(stream, ({ applied }) => applied?.revision === revision);
    assert.deepEqual(state.policy.revision, revision);
    assert.equal(state.policy.everyMs, 777);
    assert.equal(state.applied?.everyMs, 777);
    assert.equal(state.epoch, 1);
    assert.equal(captures.length, 1);
    assert.equal(captures[0]?.applied.at(-1)?.everyMs, 777);
    const told = captures[0].applied.map((policy) => policy.revision);
    assert.deepEqual(
      told,
      [...new Set(told)].sort((a, b) => a - b),
      'each policy once, in order',
    );
    assert.ok(answers.every((answer) => answer.fromSlotMs !== null && answer.revision < revision));
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

  it('carries what the event log does not take rather than let its history grow without end', async () => {
    const { records } = bench();
    records.isLogDown = true;
    const { stream } = await capturing('log-down-long', 10);
    const changes = Array.from({ length: 40 }, (_, index) => 1001 + index);
    for (const everyMs of changes) await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs }] });
    const hasContinued = async () => ((await runsOf(stream)) > 2 ? true : undefined);
    await eventually(hasContinued, { withinMs: 30_000, what: 'new runs while the log is down' });
    assert.deepEqual(records.published('log-down-long'), []);
    records.isLogDown = false;
    await stream.signal(stopStreamSignal);
    await stream.result();
    assert.deepEqual(
      records.published('log-down-long').map(({ kind }) => kind),
      ['started', 'ended'],
    );
  });
});

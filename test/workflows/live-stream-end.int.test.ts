import assert from 'node:assert/strict';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { fault, type ErrorCode } from '../../contracts/errors.js';
import { changeCaptureRateSignal, stopStreamSignal } from '../../contracts/messages.js';
import { eventually } from '../harness/eventually.js';
import { failingWith } from '../port-suites/failing-with.js';
import { COUNTS } from './fake-records.js';
import { FIRST_SLOT_MS, type FakeCapture } from './fake-host.js';
import { useStreamBench, type StreamHandle } from './stream-bench.js';

describe('the end of a live stream', () => {
  const bench = useStreamBench();

  async function capturing(id: string): Promise<{ stream: StreamHandle; capture: FakeCapture }> {
    const { host, start, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id }), host('a')]);
    await awaitState(stream, ({ phase }) => phase === 'capturing');
    return { stream, capture: captures[0]! };
  }
  const failure = (stream: StreamHandle): Promise<unknown> =>
    stream.result().then(
      () => undefined,
      (error: unknown) => error,
    );
  function recordedOnce(id: string, reason: string): void {
    const { records } = bench();
    assert.deepEqual(
      records.sealed(id).map((sealed) => sealed.reason),
      [reason],
    );
    const ends = records.published(id).filter(({ kind }) => kind === 'ended');
    assert.deepEqual(
      ends.map((end) => [end.reason, end.counts, end.occurrence]),
      [[reason, COUNTS, 0]],
    );
  }

  it('by a stop seals the session once, says so once, and answers the account', async () => {
    const { stream } = await capturing('stops');
    await stream.signal(stopStreamSignal);
    await stream.signal(stopStreamSignal).catch(() => undefined); // It may have ended by then.
    const { reason, counts } = await stream.result();
    assert.equal(reason, 'stopped');
    assert.deepEqual(counts, COUNTS);
    recordedOnce('stops', 'stopped');
    assert.equal((await stream.describe()).status.name, 'COMPLETED');
    assert.equal((await bench().awaitState(stream, () => true)).phase, 'ended');
  });

  it('by a cancellation seals the session once, says so once, and is a cancellation', async () => {
    const { stream } = await capturing('cancels');
    await stream.cancel();
    const error = await failure(stream);
    assert.ok(error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure);
    recordedOnce('cancels', 'cancelled');
    assert.equal((await stream.describe()).status.name, 'CANCELLED');
  });

  it('by its source completes it, with the problem that ended it', async () => {
    const { stream, capture } = await capturing('source-ends');
    const problem = { code: 'source-ended', message: 'it is over' } as const;
    capture.end({ reason: 'source-ended', problem });
    assert.equal((await stream.result()).reason, 'source-ended');
    recordedOnce('source-ends', 'source-ended');
    assert.deepEqual((await bench().awaitState(stream, () => true)).problem, problem);
  });

  for (const code of ['source-refused', 'source-unreachable', 'ffmpeg-missing'] satisfies ErrorCode[]) {
    it(`by ${code} fails it with that code, after one capture`, async () => {
      const { host, start } = bench();
      const { captures, begun } = await host('a', { attaches: false });
      const stream = await start({ id: `fails-${code}` });
      await begun.reached(1);
      captures[0]?.fail(fault(code, 'it fails', { command: 'ffmpeg -i x', tail: ['no'] }));
      const error = await failure(stream);
      assert.ok(error instanceof WorkflowFailedError);
      assert.ok(failingWith(code)(error.cause));
      assert.equal(captures.length, 1);
      assert.deepEqual(bench().records.sealed(`fails-${code}`), []);
      assert.deepEqual(bench().records.published(`fails-${code}`), []);
    });
  }

  it('comes before anything where the request makes no sense', async () => {
    const stream = await bench().start({ id: 'nonsense', capture: { everyMs: 1 } });
    const error = await failure(stream);
    assert.ok(error instanceof WorkflowFailedError);
    assert.ok(failingWith('interval-out-of-range')(error.cause));
  });

  it('does not need a host that never came', async () => {
    const stream = await bench().start({ id: 'never-hosted' });
    await bench().awaitState(stream, ({ epoch }) => epoch === 1);
    await stream.signal(stopStreamSignal);
    assert.deepEqual((await stream.result()).counts, { due: 0, stored: 0, gaps: 0 });
    assert.deepEqual(bench().records.sealed('never-hosted'), []);
  });

  it('waits for the event log, and is told in order once that is back', async () => {
    const { records } = bench();
    records.isLogDown = true;
    const { stream, capture } = await capturing('log-down');
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await bench().awaitState(stream, ({ applied }) => applied?.everyMs === 250);
    assert.equal(capture.applied.length, 1, 'control does not wait for the log');
    await stream.signal(stopStreamSignal);
    await eventually(
      async () => ((await stream.query('streamState')) as { host?: string }).host === undefined || undefined,
      {
        withinMs: 10_000,
        what: 'the end of the segment',
      },
    );
    assert.equal((await stream.describe()).status.name, 'RUNNING');
    records.isLogDown = false;
    await stream.result();
    assert.deepEqual(
      records.published('log-down').map(({ kind }) => kind),
      ['started', 'ended'],
    );
    recordedOnce('log-down', 'stopped');
  });

  it('asked for while a host does not answer is reached by cancelling its segment', async () => {
    const { host, start, awaitState } = bench();
    const [stream] = await Promise.all([start({ id: 'deaf-host' }), host('deaf', { polls: 'captures' })]);
    await awaitState(stream, ({ phase }) => phase === 'capturing');
    await stream.signal(stopStreamSignal);
    assert.equal((await stream.result()).reason, 'stopped');
    recordedOnce('deaf-host', 'stopped');
    assert.ok((bench().records.sealed('deaf-host')[0]?.startedAtMs ?? 0) > FIRST_SLOT_MS);
  });
});

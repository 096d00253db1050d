/*
 * Records the histories that the replay test goes through, on the real server with fake activities:
 *
 *   npm run build && npx mocha dist/test/replay/record-histories.js
 *
 * They stand for workflows that run somewhere. Do not record them anew to make a red replay green: patch the workflow.
 */
import { writeFile } from 'node:fs/promises';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { fault } from '../../contracts/errors.js';
import { segmentWorkflowId } from '../../contracts/ids.js';
import {
  changeCaptureRateSignal,
  pauseStreamSignal,
  setCapturePolicyUpdate,
  stopStreamSignal,
  streamStateQuery,
} from '../../contracts/messages.js';
import { eventually } from '../harness/eventually.js';
import type { FakeCapture } from '../workflows/fake-host.js';
import { useStreamBench, type StreamBench, type StreamHandle } from '../workflows/stream-bench.js';
import { historyFile } from './histories.js';

const WITHIN = { withinMs: 60_000, what: 'the end of the stream' };

describe('histories', () => {
  const bench = useStreamBench();
  const capturing = async (id: string, options: { continueAfterEvents?: number } = {}) => {
    const host = await bench().host('a');
    const stream = await bench().start({ id, ...options });
    await bench().awaitState(stream, ({ phase }) => phase === 'capturing');
    return { stream, host, capture: host.captures.at(-1) as FakeCapture };
  };

  it('rate-changes', async () => {
    const { stream } = await capturing('rate-changes');
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 2000 }] });
    await stream.signal(pauseStreamSignal);
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('cancelled', async () => {
    const { stream } = await capturing('cancelled');
    await stream.cancel();
    await record(bench(), stream);
  });

  it('source-failure', async () => {
    const host = await bench().host('a', { attaches: false });
    const stream = await bench().start({ id: 'source-failure' });
    await host.begun.reached(1);
    host.captures[0]?.fail(fault('source-not-media', 'a page'));
    await record(bench(), stream);
  });

  it('interrupted', async () => {
    const { stream, capture } = await capturing('interrupted');
    const problem = { code: 'source-stalled', message: 'silence' } as const;
    await capture.report({ kind: 'interrupted', epoch: 1, atMs: Date.now(), problem });
    await capture.report({ kind: 'capturing', epoch: 1, atMs: Date.now(), firstSlotMs: 0 });
    capture.end({ reason: 'source-ended', problem });
    await record(bench(), stream);
  });

  it('segments', async () => {
    const { stream, host, capture } = await capturing('segments');
    capture.end({ reason: 'segment-over' });
    await host.begun.reached(2);
    host.captures.at(-1)?.end({ reason: 'handover' });
    await host.begun.reached(3);
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('continued-as-new', async () => {
    const { stream } = await capturing('continued-as-new', { continueAfterEvents: 30 });
    for (const everyMs of [250, 500, 750, 1000]) {
      await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs }] });
    }
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('host-lost', async () => {
    await bench().host('gone', { polls: 'captures' });
    const stream = await bench().start({ id: 'host-lost' });
    await bench().awaitState(stream, ({ phase }) => phase === 'capturing');
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await bench().awaitState(stream, ({ host }) => host === undefined);
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });
});

/** Waits for the end of a stream and writes the history of each of its runs and segments. */
async function record({ client }: StreamBench, stream: StreamHandle): Promise<void> {
  await eventually(async () => ((await stream.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
  const { tenant, streamId, sessionId, epoch } = await stream.query(streamStateQuery);
  const { raw } = await stream.describe();
  let runId = raw.workflowExecutionInfo?.firstRunId ?? '';
  for (let run = 1; runId !== ''; run += 1) {
    const history = await client.workflow.getHandle(stream.workflowId, runId).fetchHistory();
    await write(`${streamId}-stream-${run}`, history);
    const continued = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    runId = continued?.newExecutionRunId ?? '';
  }
  for (let segment = 1; segment <= epoch; segment += 1) {
    const workflowId = segmentWorkflowId({ tenant, streamId }, { sessionId, epoch: segment });
    const handle = client.workflow.getHandle(workflowId);
    await eventually(async () => ((await handle.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
    await write(`${streamId}-segment-${segment}`, await handle.fetchHistory());
  }
}

/** Leaves out where it was recorded: paths in stacks, and the names of processes and machines. */
async function write(name: string, history: History): Promise<void> {
  const placeless = (key: string, value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    return key === 'stackTrace' ? '' : value.replace(/\d+@[\w.]+/g, 'worker');
  };
  await writeFile(historyFile(name), `${JSON.stringify(JSON.parse(historyToJSON(history), placeless))}\n`);
}

/*
 * Records the histories that the replay test goes through, on the real server with fake activities:
 *
 *   npm run build && npx mocha dist/test/replay/record-histories.js
 *
 * They stand for workflows that run somewhere. Do not record them anew to make a red replay green: patch the workflow.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { fault } from '../../contracts/errors.js';
import { hostWorkflowId, segmentWorkflowId } from '../../contracts/ids.js';
import {
  changeCaptureRateSignal,
  hostLostSignal,
  pauseStreamSignal,
  setCapturePolicyUpdate,
  stopStreamSignal,
  streamStateQuery,
} from '../../contracts/messages.js';
import { WORKFLOW_QUEUE } from '../../contracts/queues.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import type { cleanStore } from '../../workflows/clean-store.js';
import type { captureLease } from '../../workflows/capture-lease.js';
import type { watchPrefix } from '../../workflows/watch-prefix.js';
import { eventually } from '../harness/eventually.js';
import { temporalServer } from '../harness/servers.js';
import type { FakeCapture } from '../workflows/fake-host.js';
import { fakeLetters } from '../workflows/fake-letters.js';
import { fakeTranscoder, untilCancelled } from '../workflows/fake-transcoder.js';
import { whileRedriving } from '../workflows/redrive-bench.js';
import { workflowBundle } from '../../workers/workflow-bundle.js';
import { useStreamBench, type StreamBench, type StreamHandle } from '../workflows/stream-bench.js';
import { whileTranscoding } from '../workflows/transcode-bench.js';
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
    capture.end({ reason: 'handover' });
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

  it('host-silent', async () => {
    await bench().host('gone', { polls: 'captures' });
    const stream = await bench().start({ id: 'host-silent' });
    await bench().awaitState(stream, ({ phase }) => phase === 'capturing');
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await bench().awaitState(stream, ({ host }) => host === undefined);
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('relays', async () => {
    const { stream, capture } = await capturing('relays');
    await capture.report({ kind: 'relay-wanted', epoch: 1 });
    await bench().awaitState(stream, ({ epoch }) => epoch === 2);
    await stream.signal(hostLostSignal, { host: 'a', instance: 'a' });
    await bench().awaitState(stream, ({ epoch }) => epoch === 3);
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('relay-given-up', async () => {
    const { stream, host, capture } = await capturing('relay-given-up');
    host.isReady = false;
    await stream.signal(hostLostSignal, { host: 'a', instance: 'a' });
    await host.begun.reached(3);
    await capture.report({ kind: 'attached', epoch: 1, host: 'a', instance: 'a', revision: 0 });
    await stream.signal(stopStreamSignal);
    await record(bench(), stream);
  });

  it('capture-host', async () => {
    const { client, messages, records } = bench();
    await messages('h', { holdHostLease: () => Promise.reject(fault('capture-not-found', 'another process')) });
    const host = await client.workflow.start<typeof captureLease>('captureHost', {
      workflowId: hostWorkflowId('capture', 'h'),
      taskQueue: WORKFLOW_QUEUE,
      args: [{ host: 'h', instance: 'one', leaseMs: 1000 }],
    });
    await host.result();
    assert.equal(records.lost.length, 2);
    await write('capture-host', await host.fetchHistory());
  });
});

describe('histories of redrives', () => {
  const scenarios: Record<string, Omit<Parameters<typeof whileRedriving>[0], 'id'>> = {
    'redrive-continued': {
      letters: fakeLetters({ open: 8 }),
      input: { lettersInStretch: 1, continueAfterEvents: 20 },
    },
    'redrive-hosts': { letters: fakeLetters({ open: 1, onHosts: { a: 3, away: 2 } }), hosts: ['a'] },
    'redrive-cancelled': { letters: fakeLetters({ open: 9, hangsAfter: 4 }) },
  };
  for (const [id, { letters, ...redriving }] of Object.entries(scenarios))
    it(id, () =>
      whileRedriving({ id, letters, ...redriving }, async ({ handle, client }) => {
        await eventually(() => (letters.stretches.length > 0 ? true : undefined), WITHIN);
        if (letters.hangsAfter !== undefined) await handle.cancel();
        await eventually(async () => ((await handle.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
        await recordRuns(id, { client, handle });
      }),
    );
});

describe('histories of watches', () => {
  it('watch-prefix', async () => {
    const { address, namespace } = await temporalServer();
    const [connection, native] = await Promise.all([
      Connection.connect({ address }),
      NativeConnection.connect({ address }),
    ]);
    const client = new Client({ connection, namespace });
    const worker = await Worker.create({
      connection: native,
      namespace,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: { startForPrefix: async () => ({ objects: 3, started: 2 }) },
    });
    const trigger = parseTrigger({ name: 'uploads', bucket: 'store', prefix: 'in/', profile: 'mp4-720p' });
    await worker.runUntil(async () => {
      const options = { workflowId: 'watch:uploads', taskQueue: WORKFLOW_QUEUE };
      const handle = await client.workflow.start<typeof watchPrefix>('watchPrefix', { ...options, args: [trigger] });
      await handle.result();
      await write('watch-prefix', await handle.fetchHistory());
    });
    await Promise.all([connection.close(), native.close()]);
  });
});

describe('histories of transcodes', () => {
  const scenarios: Record<string, Omit<Parameters<typeof whileTranscoding>[0], 'input'>> = {
    'transcode-encoded': {
      transcoder: fakeTranscoder({
        onPiece(name, tries) {
          if (name === 'chunk 1' && tries === 1) throw fault('output-unproven', 'a picture is missing');
        },
      }),
    },
    'transcode-ladder': { transcoder: fakeTranscoder({ inspection: { isLadder: true, chunksDone: [0] } }) },
    'transcode-converted': { transcoder: fakeTranscoder({ inspection: { chunks: 0, hasThumbnails: false } }) },
    'transcode-failed': {
      transcoder: fakeTranscoder({
        onPiece(name) {
          if (name === 'audio') throw fault('input-damaged', 'no sound can be decoded');
        },
      }),
    },
    'transcode-cancelled': {
      transcoder: fakeTranscoder({ onPiece: (name) => (name === 'audio' ? untilCancelled() : undefined) }),
    },
  };
  for (const [taskId, { transcoder }] of Object.entries(scenarios))
    it(taskId, () => {
      const input = { taskId, deadlineMs: 600_000, callback: { url: 'https://caller.example/done' } };
      return whileTranscoding({ transcoder, input }, async ({ handle, client, taskQueue }) => {
        if (taskId === 'transcode-cancelled') {
          await eventually(() => (transcoder.made.includes('chunk 2') ? true : undefined), WITHIN);
          await handle.cancel();
        }
        await eventually(async () => ((await handle.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
        await recordRuns(taskId, { client, handle });
        if (taskId !== 'transcode-encoded') return;
        const { firstExecutionRunId } = handle;
        const callback = client.workflow.getHandle(`${handle.workflowId}:${firstExecutionRunId}:callback`);
        const options = { workflowId: 'reelay-janitor', taskQueue };
        const janitor = await client.workflow.start<typeof cleanStore>('cleanStore', options);
        await Promise.all([callback.result(), janitor.result()]);
        await write('deliver-callback', await callback.fetchHistory());
        await write('clean-store', await janitor.fetchHistory());
      });
    });
});

/** Waits for the end of a stream and writes the history of each of its runs and segments. */
async function record({ client }: StreamBench, stream: StreamHandle): Promise<void> {
  await eventually(async () => ((await stream.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
  const { tenant, streamId, sessionId, epoch } = await stream.query(streamStateQuery);
  await recordRuns(`${streamId}-stream`, { client, handle: stream });
  for (let segment = 1; segment <= epoch; segment += 1) {
    const workflowId = segmentWorkflowId({ tenant, streamId }, { sessionId, epoch: segment });
    const handle = client.workflow.getHandle(workflowId);
    await eventually(async () => ((await handle.describe()).status.name === 'RUNNING' ? undefined : true), WITHIN);
    await write(`${streamId}-segment-${segment}`, await handle.fetchHistory());
  }
}

async function recordRuns(name: string, { client, handle }: { client: Client; handle: WorkflowHandle }): Promise<void> {
  const { raw } = await handle.describe();
  let runId = raw.workflowExecutionInfo?.firstRunId ?? '';
  for (let run = 1; runId !== ''; run += 1) {
    const history = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    await write(`${name}-${run}`, history);
    const continued = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    runId = continued?.newExecutionRunId ?? '';
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

import assert from 'node:assert/strict';
import { CompleteAsyncError, Context } from '@temporalio/activity';
import type { LeaseActivities } from '../../activities/index.js';
import { hostWorkflowId } from '../../contracts/ids.js';
import { hostStartedSignal } from '../../contracts/messages.js';
import { WORKFLOW_QUEUE } from '../../contracts/queues.js';
import { fault } from '../../contracts/errors.js';
import type { captureLease } from '../../workflows/capture-lease.js';
import { createCounter } from '../activities/capture/switchable.js';
import { eventually } from '../harness/eventually.js';
import { useStreamBench } from './stream-bench.js';

const SHORT_LEASE_MS = 2000;
const LONG_LEASE_MS = 60_000;

describe('the lease of a capture host', () => {
  const bench = useStreamBench();

  /** A host that keeps the tokens it is given, and renews none. */
  async function host(name: string, { answers = true, leaseMs = SHORT_LEASE_MS } = {}) {
    const tokens: Uint8Array[] = [];
    const held = createCounter();
    const calls = createCounter();
    const activities: LeaseActivities = {
      async holdHostLease() {
        tokens.push(Context.current().info.taskToken);
        held.add();
        throw new CompleteAsyncError();
      },
      async answerForHost() {
        calls.add();
        if (!answers) throw fault('capture-not-found', 'another process');
      },
    };
    await bench().messages(name, activities);
    const { client } = bench();
    const start = (instance: string) =>
      client.workflow.signalWithStart<typeof captureLease, [{ instance: string }]>('captureHost', {
        workflowId: hostWorkflowId('capture', name),
        taskQueue: WORKFLOW_QUEUE,
        args: [{ host: name, instance, leaseMs }],
        signal: hostStartedSignal,
        signalArgs: [{ instance }],
      });
    return { tokens, held, calls, start };
  }

  it('that is not renewed, by a host that does not answer, is the end of the host', async () => {
    const { start, calls } = await host('dead', { answers: false });
    const handle = await start('one');
    await handle.result();
    assert.equal(calls.count, 1);
    const lost = { host: 'dead', instance: 'one' };
    assert.deepEqual(bench().records.lost, [lost, lost], 'twice, since the index of streams may be behind');
  });

  it('that lapsed while the host lives is given to it again, and nobody is told', async () => {
    const { start, held, calls, tokens } = await host('slow');
    const handle = await start('one');
    await held.reached(3);
    assert.ok(calls.count >= 2);
    assert.deepEqual(bench().records.lost, []);
    await bench().client.activity.complete(tokens.at(-1)!, undefined);
    await handle.result();
    assert.deepEqual(bench().records.lost[0], { host: 'slow', instance: 'one' }, 'a host that gives it back is gone');
  });

  it('passes to the next process of that name, and the streams of the one before it are told', async () => {
    const { start, held, tokens } = await host('again', { leaseMs: LONG_LEASE_MS });
    const handle = await start('one');
    await held.reached(1);
    await start('two');
    await held.reached(2);
    const { lost } = bench().records;
    const told = await eventually(() => lost[0], { withinMs: 10_000, what: 'word of the one before' });
    assert.deepEqual(told, { host: 'again', instance: 'one' });
    await start('two');
    await bench().client.activity.complete(tokens.at(-1)!, undefined);
    await handle.result();
    assert.deepEqual(lost.map(({ instance }) => instance).sort(), ['one', 'one', 'two', 'two']);
  });
});

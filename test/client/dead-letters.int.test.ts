import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createSpooledLetterActivities } from '../../activities/index.js';
import { listDeadLetters, redriveDeadLetters, showDeadLetter, type ListedLetter } from '../../client/dead-letters.js';
import { problemOf } from '../../contracts/errors.js';
import { frameKey, type SessionRef } from '../../contracts/keys.js';
import { hostQueue, WORKFLOW_QUEUE } from '../../contracts/queues.js';
import type { RedriveState } from '../../contracts/redrive.js';
import { imageOf } from '../activities/capture/frames.js';
import { eventually } from '../harness/eventually.js';
import { ofFrames } from '../contracts/of-frames.js';
import { quietRuntime } from '../workflows/quiet-runtime.js';
import { openRedriveBench, type RedriveBench } from './redrive-bench.js';

const START_WITHIN_MS = 900_000;

describe('dead letters on real servers', () => {
  let bench: RedriveBench;
  before(async function () {
    this.timeout(START_WITHIN_MS);
    quietRuntime();
    bench = await openRedriveBench();
    await bench.worker();
  });
  after(() => bench.close());

  const openOf = async ({ streamId }: SessionRef): Promise<ListedLetter[]> =>
    (await listDeadLetters(bench.reelay, { streamId })).letters;

  /** Each slot has one picture, and all events of it name that one. */
  async function expectDelivered(session: SessionRef, count: number): Promise<void> {
    assert.deepEqual(await openOf(session), []);
    const frames = await bench.frames(session);
    assert.equal(new Set(frames.map(({ slotMs }) => slotMs)).size, count);
    assert.equal(
      new Set(frames.map(({ slotMs, sha256, url, late }) => `${slotMs} ${sha256} ${url} ${late}`)).size,
      count,
    );
    for (const { slotMs, sha256 } of frames) {
      const object = await bench.store.get(frameKey(session, { slotMs }));
      assert.equal(createHash('sha256').update(object!.body).digest('hex'), sha256);
    }
  }

  it('are listed, shown, sent again and gone, from the command line', async () => {
    const { session, ids } = await bench.letters(3);
    const stream = ['--stream', session.streamId];
    const { answer: listed } = await bench.command<ListedLetter[]>('dead-letters', 'list', ...stream);
    assert.deepEqual(
      ofFrames(listed).map(({ letterId, content }) => [letterId, content]),
      ids.map((id) => [id, { at: 'letter' }]),
    );
    const { answer: shown } = await bench.command<ListedLetter>('dead-letters', 'show', ids[1]!);
    assert.deepEqual(shown, listed[1]);
    const dry = await bench.command('dead-letters', 'redrive', ...stream, '--dry-run');
    assert.equal(dry.exitCode, 0);
    assert.deepEqual(dry.answer, { letters: 3, parked: 0, isDryRun: true });
    assert.equal((await openOf(session)).length, 3);
    const done = await bench.command<RedriveState>('dead-letters', 'redrive', ...stream, '--wait');
    assert.equal(done.exitCode, 0);
    assert.deepEqual(done.answer.tally, { stored: 3, alreadyStored: 0, restarted: 0, failed: 0 });
    await expectDelivered(session, 3);
    const again = await bench.command('dead-letters', 'redrive', ...stream, '--wait');
    assert.equal(again.exitCode, 0);
    assert.deepEqual(again.answer, { letters: 0, parked: 0, isDryRun: false });
    assert.equal((await bench.command('dead-letters', 'show', ids[1]!)).exitCode, 3);
  });

  it('are told to a person', async () => {
    const { session, ids } = await bench.letters(2, { message: 'put frame: it does not answer' });
    const stream = ['--stream', session.streamId];
    const { stdout } = await bench.text('dead-letters', 'list', ...stream);
    for (const id of ids) assert.ok(stdout.includes(id), stdout);
    assert.match(stdout, /exhausted .* store-unreachable .* in the letter/);
    assert.match((await bench.text('dead-letters', 'show', ids[0]!)).stdout, /problem {2}store-unreachable: put/);
    const old = await bench.text('dead-letters', 'list', ...stream, '--before', '2001-01-01');
    assert.equal(old.exitCode, 0);
    assert.equal(old.stdout, 'No dead letter is open.');
    const none = await bench.text('dead-letters', 'redrive', ...stream, '--before', '2001-01-01T00:00:00Z');
    assert.equal(none.exitCode, 0);
    assert.equal(none.stdout, 'No dead letter is to be sent again.');
    assert.equal((await bench.text('dead-letters', 'redrive', ...stream, '--before', 'soon')).exitCode, 2);
    const done = await bench.text('dead-letters', 'redrive', ...stream, '--before', '1s', '--wait');
    assert.match(done.stdout, /sending 2 dead letters again: redrive:stream=.*\n2 stored, 0 were stored already/);
  });

  it('are sent again from Temporal alone, with nothing but {}', async () => {
    const { session } = await bench.letters(2);
    const state = (await bench.client.workflow.execute('redriveDeadLetters', {
      workflowId: 'redrive:by-hand',
      taskQueue: WORKFLOW_QUEUE,
      args: [{}],
    })) as RedriveState;
    assert.ok(state.tally.stored >= 2);
    await expectDelivered(session, 2);
  });

  it('make one frame a slot where two redrives send them at once', async () => {
    const { session } = await bench.letters(60);
    const { streamId, tenant } = session;
    const redrives = await Promise.all([
      redriveDeadLetters(bench.reelay, { streamId }),
      redriveDeadLetters(bench.reelay, { streamId, tenant }),
      redriveDeadLetters(bench.reelay, { streamId }),
    ]);
    assert.equal(redrives.filter(({ isNew }) => isNew).length, 2, 'the same limits attach');
    await Promise.all(redrives.map((redrive) => redrive.result()));
    await expectDelivered(session, 60);
  });

  it('are all sent, and none twice to another effect, where the worker is killed in the middle', async () => {
    const COUNT = 400;
    const { session } = await bench.letters(COUNT);
    const redrive = await redriveDeadLetters(bench.reelay, { streamId: session.streamId });
    await eventually(async () => ((await openOf(session)).length < COUNT - 50 ? true : undefined), {
      withinMs: 30_000,
      everyMs: 10,
      what: 'the first letters to go',
    });
    await bench.killWorkers();
    const left = (await openOf(session)).length;
    assert.ok(left > 0, 'it was killed in the middle');
    await bench.worker();
    await redrive.result();
    await expectDelivered(session, COUNT);
  });

  it('stay open where a redrive is cancelled in the middle, and go with the next', async () => {
    const COUNT = 400;
    const { session } = await bench.letters(COUNT);
    const request = { streamId: session.streamId };
    const redrive = await redriveDeadLetters(bench.reelay, request);
    await eventually(async () => ((await openOf(session)).length < COUNT - 20 ? true : undefined), {
      withinMs: 30_000,
      everyMs: 10,
      what: 'the first letters to go',
    });
    await bench.client.workflow.getHandle(redrive.workflowId).cancel();
    await assert.rejects(redrive.result(), (error) => problemOf(error)?.code === 'redrive-cancelled');
    const { tally, left } = await redrive.state();
    assert.ok(left > 0 && tally.stored > 0, JSON.stringify({ tally, left }));
    assert.equal((await openOf(session)).length, COUNT - tally.stored);
    await (await redriveDeadLetters(bench.reelay, request)).result();
    await expectDelivered(session, COUNT);
  });

  it('wait for the host that has their bytes', async () => {
    const host = 'far-away';
    const { session, ids } = await bench.letters(2, { content: { at: 'spool' }, host });
    const request = { streamId: session.streamId };
    const waiting = await (await redriveDeadLetters(bench.reelay, request)).result();
    assert.deepEqual(waiting.waitingFor, { [host]: 2 });
    assert.equal(waiting.tally.stored, 0);
    assert.equal((await openOf(session)).length, 2);
    const dead = new Map(
      ids.map((id, slot) => [id, [Buffer.concat([imageOf(String(slot)), Buffer.alloc(20_000, slot)])]]),
    );
    await onHost(host, dead, async () => {
      const done = await (await redriveDeadLetters(bench.reelay, request)).result();
      assert.deepEqual(done.waitingFor, {});
      assert.equal(done.tally.stored, 2);
      assert.equal(dead.size, 0);
    });
    await expectDelivered(session, 2);
  });

  it('are parked when they were sent in vain too often', async () => {
    const { session, ids } = await bench.letters(1, { redrives: 5 });
    const stream = ['--stream', session.streamId];
    assert.equal((await showDeadLetter(bench.reelay, { letterId: ids[0]! })).isParked, true);
    const { answer } = await bench.command('dead-letters', 'redrive', ...stream, '--wait');
    assert.deepEqual(answer, { letters: 0, parked: 1, isDryRun: false });
    await bench.command('dead-letters', 'redrive', ...stream, '--wait', '--max-redrives', '6');
    await expectDelivered(session, 1);
  });

  async function onHost(host: string, dead: Map<string, Buffer[]>, work: () => Promise<void>): Promise<void> {
    const { store, sink, source, temporal } = bench;
    const connection = await NativeConnection.connect({ address: temporal.address });
    const folder = {
      read: async (letterId: string) => dead.get(letterId),
      remove: async (letterId: string) => void dead.delete(letterId),
    };
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: hostQueue('capture', host),
      activities: createSpooledLetterActivities({ host, dead: folder, stores: [store], events: sink, source }),
    });
    await worker.runUntil(work);
    await connection.close();
  }
});

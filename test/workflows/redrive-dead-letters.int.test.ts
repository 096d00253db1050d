import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { redriveStateQuery } from '../../contracts/messages.js';
import { eventually } from '../harness/eventually.js';
import { fakeLetters } from './fake-letters.js';
import { whileRedriving } from './redrive-bench.js';

describe('a redrive of dead letters', () => {
  it('goes on stretch by stretch until none is left, with one cut-off', async () => {
    const letters = fakeLetters({ open: 25, parked: 2 });
    const input = { lettersInStretch: 10, streamId: 'cam', maxRedrives: 7 };
    const startedAtMs = Date.now();
    const state = await whileRedriving({ id: 'stretches', letters, input }, ({ handle }) => handle.result());
    assert.equal(state.tally.stored, 25);
    assert.equal(state.left, 0);
    assert.equal(state.parked, 2);
    assert.deepEqual(state.waitingFor, {});
    assert.equal(letters.stretches.length, 3);
    for (const { beforeMs, limit, streamId, maxRedrives } of letters.stretches) {
      assert.deepEqual(beforeMs, state.beforeMs);
      assert.equal(limit, 10);
      assert.equal(streamId, 'cam');
      assert.equal(maxRedrives, 7);
    }
    assert.ok(state.beforeMs >= startedAtMs && state.beforeMs <= Date.now());
  });

  it('keeps to the cut-off that it was given', async () => {
    const letters = fakeLetters({ open: 1 });
    await whileRedriving({ id: 'before', letters, input: { beforeMs: 5000 } }, ({ handle }) => handle.result());
    assert.equal(letters.stretches[0]?.beforeMs, 5000);
  });

  it('continues as new where its history grows, and loses nothing of its account', async () => {
    const letters = fakeLetters({ open: 12 });
    const input = { lettersInStretch: 1, continueAfterEvents: 20 };
    await whileRedriving({ id: 'continued', letters, input }, async ({ handle }) => {
      const state = await handle.result();
      assert.equal(state.tally.stored, 12);
      assert.equal(new Set(letters.stretches.map(({ beforeMs }) => beforeMs)).size, 1);
      const { raw, runId } = await handle.describe();
      assert.notEqual(raw.workflowExecutionInfo?.firstRunId, runId);
    });
  });

  it('sends what hosts have, all at once, and does not wait for one that is away', async () => {
    const letters = fakeLetters({ onHosts: { a: 5, b: 3, away: 4 } });
    const hosts = ['a', 'b'];
    const input = { lettersInStretch: 2 };
    const state = await whileRedriving({ id: 'hosts', letters, hosts, input }, ({ handle }) => handle.result());
    assert.equal(state.tally.stored, 8);
    assert.deepEqual(state.waitingFor, { away: 4 });
  });

  it('asks nothing of hosts that letters name and that do not run', async () => {
    const letters = fakeLetters({ onHosts: { a: 5 }, onAbsentHosts: { forged: 7 } });
    await whileRedriving({ id: 'absent', letters, hosts: ['a'] }, async ({ handle }) => {
      assert.deepEqual((await handle.result()).waitingFor, { forged: 7 });
      const { events } = await handle.fetchHistory();
      const queues = events?.map((event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name) ?? [];
      assert.ok(!queues.some((queue) => queue?.includes('forged')));
    });
  });

  it('tells how far it is, and ends with what it did when it is cancelled', async () => {
    const letters = fakeLetters({ open: 9, hangsAfter: 4 });
    await whileRedriving({ id: 'cancelled', letters }, async ({ handle }) => {
      await eventually(() => (letters.stretches.length > 0 ? true : undefined), {
        withinMs: 20_000,
        what: 'a stretch',
      });
      assert.equal((await handle.query(redriveStateQuery)).tally.stored, 0);
      await handle.cancel();
      await assert.rejects(handle.result());
      assert.equal((await handle.describe()).status.name, 'CANCELLED');
      const { tally, left } = await handle.query(redriveStateQuery);
      assert.equal(tally.stored, 4);
      assert.equal(left, 5);
    });
  });

  it('refuses a request that makes no sense', async () => {
    const input = { disposition: 'bored' as 'poison' };
    await whileRedriving({ id: 'refused', letters: fakeLetters({}), input }, async ({ handle }) => {
      await assert.rejects(handle.result(), (error) => problemOf(error)?.code === 'request-invalid');
    });
  });
});

import assert from 'node:assert/strict';
import { SendLane } from '../../../adapters/kafka/send-lane.js';
import { PendingRecord } from '../../../adapters/kafka/pending-record.js';
import { fault } from '../../../contracts/errors.js';
import { TOPICS } from '../../../contracts/events.js';
import { failingWith } from '../../port-suites/failing-with.js';

const record = (key: string, sizeBytes = 10): PendingRecord =>
  new PendingRecord(TOPICS.frames, key, { headers: {}, value: Buffer.alloc(sizeBytes) });

describe('a lane', () => {
  let batches: string[][];
  beforeEach(() => {
    batches = [];
  });

  /** A lane whose first batches end as given, and the others well. */
  const laneThat = (...outcomes: (Error | undefined)[]): SendLane =>
    new SendLane(async (batch) => {
      batches.push(batch.map(({ key }) => String(key)));
      await Promise.resolve();
      const failure = outcomes.shift();
      if (failure) throw failure;
      for (const one of batch) one.settle();
    });
  const addAll = (lane: SendLane, records: PendingRecord[]): Promise<PromiseSettledResult<void>[]> => {
    for (const one of records) lane.add(one);
    return Promise.allSettled(records.map(({ acknowledged }) => acknowledged));
  };

  it('sends what came meanwhile as one batch', async () => {
    await addAll(
      laneThat(),
      ['a', 'b', 'c', 'd'].map((key) => record(key)),
    );
    assert.deepEqual(batches, [['a'], ['b', 'c', 'd']]);
  });

  it('keeps batches small', async () => {
    await addAll(
      laneThat(),
      ['a', 'b', 'c', 'd'].map((key) => record(key, 120 * 1024)),
    );
    assert.deepEqual(batches, [['a'], ['b', 'c'], ['d']]);
  });

  it('sends again in order what failed for a passing reason', async () => {
    await addAll(
      laneThat(undefined, fault('events-unreachable', 'gone')),
      ['a', 'b', 'c'].map((key) => record(key)),
    );
    assert.deepEqual(batches, [['a'], ['b', 'c'], ['b', 'c']]);
  });

  it('leaves out what was settled meanwhile', async () => {
    const overdue = record('b');
    const lane = laneThat(undefined, fault('events-unreachable', 'gone'));
    const all = addAll(lane, [record('a'), overdue, record('c')]);
    overdue.settle(fault('events-unreachable', 'overdue'));
    await all;
    assert.deepEqual(batches, [['a'], ['c'], ['c']]);
  });

  it('refuses a whole batch at once for what does not concern its records', async () => {
    const lane = laneThat(undefined, fault('events-denied', 'no such topic'));
    const outcomes = await addAll(
      lane,
      ['a', 'b', 'c'].map((key) => record(key)),
    );
    assert.deepEqual(batches, [['a'], ['b', 'c']]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
  });

  it('finds the one record that is refused', async () => {
    const cause = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' });
    const refusal = fault('events-denied', 'too large', { cause });
    const lane = laneThat(undefined, refusal, undefined, refusal);
    const records = ['a', 'b', 'c', 'd'].map((key) => record(key));
    const outcomes = await addAll(lane, records);
    assert.deepEqual(batches, [['a'], ['b', 'c', 'd'], ['b'], ['c'], ['d']]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    );
    await assert.rejects(records[2]!.acknowledged, failingWith('events-denied'));
  });
});

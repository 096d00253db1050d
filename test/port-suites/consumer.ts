import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createConsume } from '../../adapters/consumer/consume.js';
import type { ConsumeOptions, Consumer } from '../../adapters/consumer/consumer.js';
import type { LogRecord, RecordLog } from '../../adapters/consumer/record-log.js';
import type { EventSink, RecordSink } from '../../adapters/event-log/event-log.js';
import { fault } from '../../contracts/errors.js';
import { eventually } from '../harness/eventually.js';

export interface ConsumedLog {
  records: RecordLog;
  sink: RecordSink & Pick<EventSink, 'close'>;
  /** Makes the topic, with the partitions that the log can have. */
  createTopic(topic: string): Promise<void>;
  /** A record of somebody else, with a value alone. */
  putForeign(topic: string, value: string): Promise<void>;
  /** The sum of the positions that the log keeps under the name of the group. */
  kept(group: string, topic: string): Promise<bigint | undefined>;
}

const neverPoison = (): Promise<void> => Promise.reject(new Error('no record is poison here'));
const WITHIN = { withinMs: 20_000, everyMs: 20 };

/** What consumers of every log do. */
export function itConsumes(open: () => Promise<ConsumedLog>): void {
  let log: ConsumedLog;
  let topic: string;
  let group: string;
  const consumers: Consumer[] = [];
  beforeEach(async () => {
    log = await open();
    [topic, group] = [`t-${randomUUID()}`, `g-${randomUUID()}`];
    await log.createTopic(topic);
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
    await log.sink.close();
  });

  const put = (key: string, value: string, at = topic): Promise<void> =>
    log.sink.putRecord(at, { key: Buffer.from(key), headers: {}, value: Buffer.from(value) });
  const putMany = async (key: string, count: number, from = 0): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, index) => put(key, String(from + index))));
  };
  async function consume(options: Partial<ConsumeOptions> & Pick<ConsumeOptions, 'handle'>): Promise<Consumer> {
    const consumer = await createConsume(log.records)({
      group,
      topics: [topic],
      from: 'earliest',
      poison: neverPoison,
      ...options,
    });
    consumers.push(consumer);
    return consumer;
  }
  /** A handler that notes values, and waits for their number. */
  function noting(): {
    seen: string[];
    handle(record: LogRecord): Promise<void>;
    have(count: number): Promise<unknown>;
  } {
    const seen: string[] = [];
    return {
      seen,
      handle: async ({ value }) => void seen.push(String(value)),
      have: (count) =>
        eventually(() => (seen.length >= count ? true : undefined), { ...WITHIN, what: `${count} records` }),
    };
  }
  const sumOf = (consumer: Consumer): bigint => consumer.positions().reduce((sum, { position }) => sum + position, 0n);

  it('gives a record as it was put', async () => {
    const records: LogRecord[] = [];
    const value = Buffer.from([0, 255, 10, 13]);
    const before = Date.now();
    await log.sink.putRecord(topic, { key: Buffer.from([1, 200]), headers: { a: Buffer.from([0, 254]) }, value });
    await consume({ handle: async (record) => void records.push(record) });
    const [record] = await eventually(() => (records.length > 0 ? records : undefined), { ...WITHIN, what: 'it' });
    assert.deepEqual(record?.key, Buffer.from([1, 200]));
    assert.deepEqual(record?.value, value);
    assert.deepEqual([record?.headers['a']].flat(), [Buffer.from([0, 254])]);
    assert.equal(record?.topic, topic);
    assert.ok(Math.abs((record?.writtenAtMs ?? 0) - before) < 10_000);
  });

  it('keeps the order of a key, and works on several keys at once', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => putMany(key, 30)));
    const seen: Record<string, string[]> = { a: [], b: [], c: [] };
    let [running, most, count] = [0, 0, 0];
    await consume({
      async handle({ key, value }) {
        most = Math.max(most, (running += 1));
        await new Promise(setImmediate);
        seen[String(key)]?.push(String(value));
        running -= 1;
        count += 1;
      },
    });
    await eventually(() => (count === 90 ? true : undefined), { ...WITHIN, what: 'all' });
    const wanted = Array.from({ length: 30 }, (_, index) => String(index));
    assert.deepEqual(seen, { a: wanted, b: wanted, c: wanted });
    assert.ok(most > 1 && most <= 3, `${most} at once`);
  });

  it('goes on after a close where it was', async () => {
    await putMany('a', 5);
    const [first, second] = [noting(), noting()];
    const consumer = await consume(first);
    await first.have(5);
    await consumer.close();
    await putMany('a', 3, 5);
    await consume(second);
    await second.have(3);
    assert.deepEqual(second.seen, ['5', '6', '7']);
  });

  it('loses nothing where a reader ends without having done it', async () => {
    await putMany('a', 5);
    const second = noting();
    let begun = 0;
    const consumer = await consume({
      graceMs: 1,
      async handle({ value }) {
        begun += 1;
        if (String(value) === '2') await new Promise(() => undefined);
      },
    });
    await eventually(() => (begun === 3 ? true : undefined), { ...WITHIN, what: 'the third' });
    await consumer.close();
    await consume(second);
    await second.have(3);
    assert.deepEqual(second.seen, ['2', '3', '4']);
  });

  it('keeps its position in the log without being closed', async () => {
    await putMany('a', 5);
    const { handle, have } = noting();
    const consumer = await consume({ handle });
    await have(5);
    await eventually(async () => ((await log.kept(group, topic)) === sumOf(consumer) ? true : undefined), {
      ...WITHIN,
      what: 'the position',
    });
    assert.ok(sumOf(consumer) > 0n);
  });

  it('gives again what was done and not committed', async () => {
    await putMany('a', 3);
    const [first, second] = [noting(), noting()];
    const withoutCommits: RecordLog = {
      open: async (subscription) => ({
        ...(await log.records.open(subscription)),
        commit: () => Promise.reject(new Error('the host is gone')),
      }),
    };
    consumers.push(
      await createConsume(withoutCommits)({ group, topics: [topic], from: 'earliest', ...first, poison: neverPoison }),
    );
    await first.have(3);
    await consume(second);
    await second.have(3);
    assert.deepEqual(second.seen, ['0', '1', '2']);
  });

  it('reads only the partitions that it is given, whatever is kept of others', async () => {
    await putMany('a', 2);
    const [all, none] = [noting(), noting()];
    const reader = await consume(all);
    await all.have(2);
    await reader.close();
    const consumer = await consume({ ...none, partitions: [7] });
    assert.deepEqual(consumer.positions(), []);
  });

  it('does not go on from a position of another epoch', async () => {
    await putMany('a', 2);
    const [first, second] = [noting(), noting()];
    const consumer = await consume({ ...first, epoch: 1 });
    await first.have(2);
    await consumer.close();
    await consume({ ...second, epoch: 2 });
    await second.have(2);
    assert.deepEqual(second.seen, ['0', '1']);
  });

  it('reads what others wrote, without key and headers', async () => {
    await log.putForeign(topic, 'hello');
    await log.putForeign(topic, '[1]');
    await log.putForeign(topic, '{"event":1,"record":2}');
    const { seen, handle, have } = noting();
    await consume({ handle });
    await have(3);
    assert.deepEqual(seen, ['hello', '[1]', '{"event":1,"record":2}']);
  });

  it('gives a poison record away, and goes on', async () => {
    await putMany('a', 3);
    const { seen, handle, have } = noting();
    const poisoned: string[] = [];
    await consume({
      async handle(record) {
        if (String(record.value) === '1') throw new Error('never this one');
        await handle(record);
      },
      poison: async ({ value }, { failure, attempts }) =>
        void poisoned.push(`${String(value)}: ${(failure as Error).message}, ${attempts} times`),
    });
    await have(2);
    assert.deepEqual(seen, ['0', '2']);
    assert.deepEqual(poisoned, ['1: never this one, 5 times']);
  });

  it('goes on only once the poison record is kept', async () => {
    await putMany('a', 2);
    const order: string[] = [];
    let refusals = 1;
    await consume({
      async handle({ value }) {
        if (String(value) === '0') throw new Error('never this one');
        order.push('next');
      },
      async poison() {
        if (refusals-- > 0) throw new Error('not now');
        order.push('kept');
      },
    });
    await eventually(() => (order.length === 2 ? true : undefined), { ...WITHIN, what: 'both' });
    assert.deepEqual(order, ['kept', 'next']);
  });

  it('waits while something is away, and leaves nothing out', async () => {
    await putMany('a', 3);
    const { seen, handle, have } = noting();
    let outages = 6;
    await consume({
      async handle(record) {
        if (outages-- > 0) throw fault('store-unreachable', 'away');
        await handle(record);
      },
    });
    await have(3);
    assert.deepEqual(seen, ['0', '1', '2']);
  });

  it('reads several topics', async () => {
    const other = `t-${randomUUID()}`;
    await log.createTopic(other);
    await put('a', 'one');
    await put('a', 'two', other);
    const { seen, handle, have } = noting();
    await consume({ topics: [topic, other], handle });
    await have(2);
    assert.deepEqual(seen.sort(), ['one', 'two']);
  });

  it('begins at a time, or with what comes next', async () => {
    await put('a', 'old');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const sinceMs = Date.now();
    await put('a', 'new');
    const [since, latest] = [noting(), noting()];
    await consume({ ...since, from: { sinceMs } });
    await consume({ ...latest, group: `${group}-latest`, from: 'latest' });
    await put('a', 'newest');
    await since.have(2);
    await latest.have(1);
    assert.deepEqual(since.seen, ['new', 'newest']);
    assert.deepEqual(latest.seen, ['newest']);
  });

  it('tells a handler that does not end in time, and closes', async () => {
    await putMany('a', 1);
    const handlers: AbortSignal[] = [];
    const consumer = await consume({
      graceMs: 1,
      async handle(_record, signal) {
        handlers.push(signal);
        await new Promise(() => undefined);
      },
    });
    await eventually(() => handlers[0], { ...WITHIN, what: 'the handler' });
    await consumer.close();
    assert.equal(handlers[0]?.aborted, true);
  });
}

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import { toMessage } from '../../../contracts/cloud-event.js';
import { kafkaEventSink } from '../../../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../../../adapters/event-log/kafka-source.js';
import { partitionOf } from '../../../adapters/kafka/partition.js';
import { SharedProducer } from '../../../adapters/kafka/shared-producer.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import { TOPICS, type ReelayEvent } from '../../../contracts/events.js';
import { startKafka, type KafkaServer } from '../../../dev/kafka.js';
import { allOf } from '../../port-suites/all-of.js';
import { someEvent } from '../../port-suites/event-log.js';
import { failingWith } from '../../port-suites/failing-with.js';

/** A broker of its own, since it is killed; one after the other, each test finds it up. */
describe('events in Kafka during an outage', () => {
  let home: string;
  let server: KafkaServer;
  let sink: EventSink;
  let key: string;

  before(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'reelay-kafka-'));
    server = await startKafka({ home });
  });
  after(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    key = `cam-${randomUUID()}`;
  });
  afterEach(() => sink.close());

  const open = (publishDeadlineMs: number): void => {
    sink = kafkaEventSink({ brokers: server.brokers, publishDeadlineMs });
  };
  const publish = (n: number): Promise<void> =>
    sink.publish(TOPICS.frames, { key, event: someEvent(`${key}/${n}`, { n }) });
  const read = async (): Promise<ReelayEvent[]> =>
    allOf(kafkaEventSource({ brokers: server.brokers }).read(TOPICS.frames, { key }));
  const kill = async (): Promise<void> => {
    process.kill(server.pid!, 'SIGKILL');
    await server.child!.exited;
  };
  const restart = async (): Promise<void> => {
    server = await startKafka({ home });
  };

  it('delivers what was pending once the broker is back, in order', async () => {
    open(60_000);
    const early = Array.from({ length: 50 }, (_, n) => publish(n));
    await Promise.all(early);
    const during = Array.from({ length: 50 }, (_, n) => publish(50 + n));
    await kill();
    during.push(...Array.from({ length: 50 }, (_, n) => publish(100 + n)));
    await restart();
    await Promise.all(during);
    await publish(150);
    const firsts = [...new Set((await read()).map(({ id }) => id))];
    assert.deepEqual(
      firsts,
      Array.from({ length: 151 }, (_, n) => `${key}/${n}`),
    );
  });

  it('rejects within the deadline while the broker is away, and works when it is back', async () => {
    open(1500);
    await publish(0);
    await kill();
    const startedAtMs = Date.now();
    await assert.rejects(publish(1), failingWith('events-unreachable'));
    assert.ok(Date.now() - startedAtMs < 8000);
    await restart();
    await publish(2);
    const ids = (await read()).map(({ id }) => id);
    assert.ok(ids.includes(`${key}/0`) && ids.at(-1) === `${key}/2`, ids.join());
  });

  it('starts before its broker does', async () => {
    await kill();
    open(60_000);
    const published = publish(0);
    await restart();
    await published;
    assert.equal((await read()).length, 1);
  });

  it('stores what it sends after a send whose outcome is unknown', async () => {
    open(60_000);
    const producer = new SharedProducer({ brokers: server.brokers, requestTimeoutMs: 300, isWanted: () => true });
    const send = (n: number): Promise<void> => {
      const { headers, value } = toMessage(someEvent(`${key}/${n}`));
      const partition = partitionOf(key, 6);
      return producer.send({ topic: TOPICS.frames, partition, records: [{ key, value, headers }] }, 30_000);
    };
    try {
      await send(0);
      await freeze(server.pid!); // what is sent meanwhile it stores when it goes on, though nobody waits for it
      await assert.rejects(send(1), failingWith('events-unreachable'));
      process.kill(server.pid!, 'SIGCONT');
      for (const n of [2, 3, 4]) await send(n);
    } finally {
      process.kill(server.pid!, 'SIGCONT');
      await producer.close();
    }
    const ids = (await read()).map(({ id }) => id);
    for (const n of [0, 2, 3, 4]) assert.ok(ids.includes(`${key}/${n}`), `${n} of ${ids.join()}`);
  });

  it('lets a follower go on after the broker was away', async () => {
    open(60_000);
    await publish(0);
    const stop = new AbortController();
    const source = kafkaEventSource({ brokers: server.brokers });
    const follower = source.read(TOPICS.frames, { key, follow: true, signal: stop.signal })[Symbol.asyncIterator]();
    assert.equal((await follower.next()).value?.id, `${key}/0`);
    const next = follower.next();
    await kill();
    await restart();
    await publish(1);
    assert.equal((await next).value?.id, `${key}/1`);
    stop.abort();
    assert.equal((await follower.next()).done, true);
  });
});

/** A stop signal takes effect a little later than it is sent. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  while (!(await execa('ps', ['-o', 'stat=', '-p', String(pid)])).stdout.startsWith('T')) await setImmediate();
}

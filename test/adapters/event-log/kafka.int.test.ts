import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type EachMessagePayload } from 'kafkajs';
import { kafkaEventSink } from '../../../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../../../adapters/event-log/kafka-source.js';
import { partitionOf } from '../../../adapters/kafka/partition.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import { TOPICS, type Topic } from '../../../contracts/events.js';
import { kafkaServer } from '../../harness/servers.js';
import { allOf } from '../../port-suites/all-of.js';
import { itKeepsEvents, someEvent } from '../../port-suites/event-log.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { closedPort, silentServer } from '../silent-server.js';

const NO_TOPIC = 'reelay.no-such-topic' as Topic;
const TOO_LARGE = 'x'.repeat(1_100_000);

describe('events in Kafka', () => {
  const sinks: EventSink[] = [];
  afterEach(() => Promise.all(sinks.splice(0).map((sink) => sink.close())));

  let brokers: string[];
  before(async () => {
    ({ brokers } = await kafkaServer());
  });

  const openSink = (options: Partial<Parameters<typeof kafkaEventSink>[0]> = {}): EventSink => {
    const sink = kafkaEventSink({ brokers, ...options });
    sinks.push(sink);
    return sink;
  };

  itKeepsEvents(() => Promise.resolve({ sink: kafkaEventSink({ brokers }), source: kafkaEventSource({ brokers }) }));

  it('writes CloudEvents in binary mode, on the partition of the key', async () => {
    const key = `cam-${randomUUID()}`;
    const event = someEvent(`${key}/1`, { slotMs: 1 });
    await openSink().publish(TOPICS.frames, { key, event });
    const { message, partition } = await consumeOne({ brokers, topic: TOPICS.frames, key });
    assert.equal(partition, partitionOf(key, 6));
    assert.equal(message.value?.toString(), '{"slotMs":1}');
    assert.deepEqual(
      Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])),
      {
        ce_specversion: '1.0',
        ce_id: event.id,
        ce_source: event.source,
        ce_type: event.type,
        ce_subject: event.subject,
        ce_time: event.time,
        'content-type': 'application/json',
      },
    );
  });

  it('passes over records that are no events of ours', async () => {
    const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: () => () => partitionOf('mixed', 6) });
    await producer.connect();
    await producer.send({ topic: TOPICS.frames, messages: [{ key: 'mixed', value: 'hello' }] });
    await producer.disconnect();
    await openSink().publish(TOPICS.frames, { key: 'mixed', event: someEvent('mixed/1') });
    const events = await allOf(kafkaEventSource({ brokers }).read(TOPICS.frames, { key: 'mixed' }));
    assert.deepEqual(events, [someEvent('mixed/1')]);
  });

  it('leaves no group behind a reader', async () => {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const before = (await admin.listGroups()).groups;
      await allOf(kafkaEventSource({ brokers }).read(TOPICS.frames, {}));
      assert.deepEqual((await admin.listGroups()).groups, before);
    } finally {
      await admin.disconnect();
    }
  });

  it('is denied where the topic does not exist, and does not make it', async () => {
    const sink = openSink();
    for (const _ of [1, 2]) {
      const publish = sink.publish(NO_TOPIC, { key: 'a', event: someEvent('a/1') });
      await assert.rejects(publish, failingWith('events-denied'));
    }
    await assert.rejects(allOf(kafkaEventSource({ brokers }).read(NO_TOPIC, {})), failingWith('events-denied'));
    await sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
  });

  it('refuses a record that is too large, and that one alone', async () => {
    const sink = openSink();
    const key = `cam-${randomUUID()}`;
    const publish = (id: string, data?: unknown): Promise<void> =>
      sink.publish(TOPICS.frames, { key, event: someEvent(`${key}/${id}`, data) });
    const outcomes = await Promise.allSettled([publish('1'), publish('2', TOO_LARGE), publish('3'), publish('4')]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    await assert.rejects(publish('5', TOO_LARGE), failingWith('event-refused'));
    const events = await allOf(kafkaEventSource({ brokers }).read(TOPICS.frames, { key }));
    assert.deepEqual(
      events.map(({ id }) => id),
      [1, 3, 4].map((id) => `${key}/${id}`),
    );
  });

  it('reports a closed port as unreachable, to a writer within its deadline', async () => {
    const gone = [`127.0.0.1:${await closedPort()}`];
    const sink = openSink({ brokers: gone, publishDeadlineMs: 500 });
    const startedAtMs = Date.now();
    const publish = sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
    await assert.rejects(publish, /not acknowledged in 500 ms; the last failure was: .*ECONNREFUSED/);
    assert.ok(Date.now() - startedAtMs < 5000);
    await assert.rejects(
      allOf(kafkaEventSource({ brokers: gone }).read(TOPICS.frames, {})),
      failingWith('events-unreachable'),
    );
  });

  it('reports a broker that hangs as unreachable within the deadline', async () => {
    const server = await silentServer();
    try {
      const sink = openSink({ brokers: [`127.0.0.1:${server.port}`], publishDeadlineMs: 500 });
      const startedAtMs = Date.now();
      const publish = sink.publish(TOPICS.frames, { key: 'a', event: someEvent('a/1') });
      await assert.rejects(publish, failingWith('events-unreachable'));
      assert.ok(Date.now() - startedAtMs < 5000);
    } finally {
      await server.close();
    }
  });

  it('takes no more than may wait', async () => {
    const sink = openSink({
      brokers: [`127.0.0.1:${await closedPort()}`],
      publishDeadlineMs: 1000,
      maxPendingBytes: 2000,
    });
    const publish = (id: string): Promise<void> =>
      sink.publish(TOPICS.frames, { key: 'a', event: someEvent(id, 'x'.repeat(600)) });
    const waiting = [publish('a/1'), publish('a/2')];
    let isOver = false;
    void Promise.allSettled(waiting).then(() => (isOver = true));
    await assert.rejects(publish('a/3'), /bytes wait already/);
    assert.equal(isOver, false);
    for (const outcome of await Promise.allSettled(waiting)) assert.equal(outcome.status, 'rejected');
  });
});

async function consumeOne({
  brokers,
  topic,
  key,
}: {
  brokers: string[];
  topic: string;
  key: string;
}): Promise<EachMessagePayload> {
  const consumer = new Kafka({ brokers, logLevel: logLevel.NOTHING }).consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise<EachMessagePayload>((resolve, reject) => {
      consumer
        .run({
          eachMessage: (payload) => {
            if (payload.message.key?.toString() === key) resolve(payload);
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

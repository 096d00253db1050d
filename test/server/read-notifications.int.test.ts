import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { Kafka, logLevel } from 'kafkajs';
import { createConsume } from '../../adapters/consumer/consume.js';
import type { Consumer } from '../../adapters/consumer/consumer.js';
import { fileRecordLog } from '../../adapters/consumer/file.js';
import { kafkaRecordLog } from '../../adapters/consumer/kafka.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import { s3ObjectStore } from '../../adapters/object-store/s3.js';
import { TOPICS } from '../../contracts/events.js';
import { tasksOf } from '../../contracts/object-notification.js';
import { recordLetterSchema, type RecordLetter } from '../../contracts/record-letter.js';
import { parseTrigger } from '../../contracts/object-trigger.js';
import { readNotifications } from '../../server/read-notifications.js';
import { createBucket } from '../../dev/bucket.js';
import { reach } from '../../dev/ports.js';
import { provideS3 } from '../../dev/s3.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { eventually } from '../harness/eventually.js';
import { kafkaServer } from '../harness/servers.js';

const START_WITHIN_MS = 900_000;
const WITHIN = { withinMs: 30_000, everyMs: 50 };

describe('notifications from Kafka', () => {
  const folder = useTempFolder();
  let kafka: Kafka;
  let brokers: string[];
  let topic: string;
  const open: { close(): Promise<void> }[] = [];
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    ({ brokers } = await kafkaServer());
    topic = `objects-${randomUUID().slice(0, 8)}`;
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  /** Letters go to the folder. */
  async function consume(
    handle: (message: unknown) => Promise<void>,
    records = kafkaRecordLog({ brokers }),
  ): Promise<Consumer> {
    const sink = fileEventSink({ folder: folder() });
    const consumer = await readNotifications({ consume: createConsume(records), sink, topic, handle });
    open.push(sink, consumer);
    return consumer;
  }

  async function send(...values: string[]): Promise<void> {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
  }

  it('are given in order, again where the handler failed, and not again where it did not', async () => {
    await send('1', 'no JSON', '{"a":2}');
    const seen: unknown[] = [];
    let failures = 2;
    const first = await consume(async (message) => {
      if (message === 1 && failures-- > 0) throw new Error('Temporal is away');
      seen.push(message);
    });
    await eventually(() => (seen.length === 3 ? true : undefined), { ...WITHIN, what: 'all messages' });
    assert.deepEqual(seen, [1, undefined, { a: 2 }]);
    await first.close();
    const later: unknown[] = [];
    await consume(async (message) => void later.push(message));
    await send('4');
    await eventually(() => (later.length > 0 ? true : undefined), { ...WITHIN, what: 'a new message' });
    assert.deepEqual(later, [4]);
  });

  it('go on from what a group of the same name has committed', async () => {
    await send('1', '2', '3');
    const member = kafka.consumer({ groupId: 'reelay-objects' });
    await member.connect();
    await member.subscribe({ topic, fromBeginning: true });
    const admin = kafka.admin();
    await admin.connect();
    const committed = async (): Promise<string | undefined> =>
      (await admin.fetchOffsets({ groupId: 'reelay-objects', topics: [topic] }))[0]?.partitions[0]?.offset;
    await member.run({ autoCommitThreshold: 1, eachMessage: async () => undefined });
    await eventually(async () => ((await committed()) === '3' ? true : undefined), { ...WITHIN, what: 'the commit' });
    await member.disconnect();
    await send('4');
    const seen: unknown[] = [];
    await consume(async (message) => void seen.push(message));
    await eventually(() => (seen.length > 0 ? true : undefined), { ...WITHIN, what: 'the new message' });
    assert.deepEqual(seen, [4]);
    await eventually(async () => ((await committed()) === '4' ? true : undefined), { ...WITHIN, what: 'our commit' });
    await admin.disconnect();
  });

  it('that can never be handled become dead letters, and the others go on', async () => {
    await send('1', '2');
    const seen: unknown[] = [];
    await consume(async (message) => {
      if (message === 1) throw new Error('no such bucket, secret=abcdef');
      seen.push(message);
    });
    await eventually(() => (seen.length > 0 ? true : undefined), { ...WITHIN, what: 'the other message' });
    const letter = await onlyLetter();
    assert.equal(letter.letterId, `default/reelay-objects/${topic}/0/0`);
    assert.equal(letter.kind, 'record');
    assert.equal(letter.code, 'record-unhandled');
    assert.equal(letter.attempts, 5);
    assert.doesNotMatch(letter.message, /abcdef/);
    assert.equal(letter.value, Buffer.from('1').toString('base64'));
  });

  it('are read from a folder too', async () => {
    await writeFile(join(folder(), `${topic}.jsonl`), '{"a":1}\n');
    const seen: unknown[] = [];
    await consume(async (message) => void seen.push(message), fileRecordLog({ folder: folder() }));
    await eventually(() => (seen.length > 0 ? true : undefined), { ...WITHIN, what: 'the message' });
    assert.deepEqual(seen, [{ a: 1 }]);
  });

  async function onlyLetter(): Promise<RecordLetter> {
    const letters: RecordLetter[] = [];
    for await (const { data } of fileEventSource({ folder: folder() }).read(TOPICS.deadLetters, {}))
      letters.push(recordLetterSchema.parse(data));
    assert.equal(letters.length, 1);
    return letters[0]!;
  }

  it('of a store that sends them itself ask for tasks', async () => {
    const seen: unknown[] = [];
    await consume(async (message) => void seen.push(message));
    await whileStoreRuns(async (store) => {
      await store.put('in/my film é.mov', Buffer.from('bytes'), { contentType: 'video/quicktime' });
      // It begins with a test, which asks nothing.
      await eventually(() => (seen.length > 1 ? true : undefined), { ...WITHIN, what: 'the notification' });
    });
    const trigger = parseTrigger({ name: 'up', bucket: 'uploads', prefix: 'in/', profile: 'audio' });
    const found = await Promise.all(seen.map((message) => tasksOf(message, [trigger])));
    const starts = found.flatMap((one) => one.starts);
    assert.deepEqual(
      new Set(starts.map(({ input }) => decodeURIComponent(input.url))),
      new Set(['s3://uploads/in/my film é.mov']),
      JSON.stringify(seen),
    );
  });

  async function whileStoreRuns(work: (store: ReturnType<typeof s3ObjectStore>) => Promise<void>): Promise<void> {
    const [program, port] = [await provideS3({ report: () => undefined }), await getPort({ host: '127.0.0.1' })];
    const root = join(folder(), 's3');
    await mkdir(root);
    const credentials = { accessKeyId: 'a', secretAccessKey: 'secret-of-a-test' };
    const flags = ['--port', `127.0.0.1:${port}`, '--region', 'us-east-1', '--quiet'];
    const events = ['--event-kafka-url', brokers[0] ?? '', '--event-kafka-topic', topic, '--event-kafka-key', 'k'];
    const child = execa(program, [...flags, ...events, 'posix', root], {
      ...{
        env: { ROOT_ACCESS_KEY: 'a', ROOT_SECRET_KEY: credentials.secretAccessKey },
        reject: false,
        stdio: 'ignore',
      },
    });
    const access = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' };
    try {
      await eventually(
        () =>
          reach(port)
            .then(() => true)
            .catch(() => undefined),
        { ...WITHIN, what: 'the store' },
      );
      await createBucket('uploads', { ...access, ...credentials });
      const store = s3ObjectStore({ ...access, bucket: 'uploads', credentials });
      await work(store);
      await store.close();
    } finally {
      child.kill();
      await child;
    }
  }
});

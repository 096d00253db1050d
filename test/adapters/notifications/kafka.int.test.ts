import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import getPort from 'get-port';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaNotifications } from '../../../adapters/notifications/kafka.js';
import type { NotificationSource } from '../../../adapters/notifications/notifications.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import { tasksOf } from '../../../contracts/object-notification.js';
import { parseTrigger } from '../../../contracts/trigger.js';
import { createBucket } from '../../../dev/bucket.js';
import { reach } from '../../../dev/ports.js';
import { provideS3 } from '../../../dev/s3.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { eventually } from '../../harness/eventually.js';
import { kafkaServer } from '../../harness/servers.js';

const START_WITHIN_MS = 900_000;
const WITHIN = { withinMs: 30_000, everyMs: 50 };

describe('notifications from Kafka', () => {
  const folder = useTempFolder();
  let kafka: Kafka;
  let brokers: string[];
  let topic: string;
  let group: string;
  const sources: NotificationSource[] = [];
  beforeEach(async function () {
    this.timeout(START_WITHIN_MS);
    ({ brokers } = await kafkaServer());
    [topic, group] = [`objects-${randomUUID().slice(0, 8)}`, `group-${randomUUID().slice(0, 8)}`];
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await admin.disconnect();
  });
  afterEach(async () => {
    await Promise.all(sources.splice(0).map((source) => source.close()));
  });

  async function consume(handle: (message: unknown) => Promise<void>): Promise<NotificationSource> {
    const source = kafkaNotifications({ brokers, topic, group });
    sources.push(source);
    await source.consume(handle);
    return source;
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

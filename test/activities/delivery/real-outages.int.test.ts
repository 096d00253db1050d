import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../../../activities/delivery/parcel.js';
import { BREAKER_POLICY } from '../../../activities/delivery/breaker-state.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import { kafkaEventSink } from '../../../adapters/event-log/kafka-sink.js';
import { kafkaEventSource } from '../../../adapters/event-log/kafka-source.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import { frameLetterSchema } from '../../../contracts/frame-letter.js';
import { TOPICS, type FrameEvent, type Topic } from '../../../contracts/events.js';
import { frameKey } from '../../../contracts/keys.js';
import { startS3, type S3Server } from '../../../dev/s3.js';
import { eventually } from '../../harness/eventually.js';
import { kafkaServer } from '../../harness/servers.js';
import { allOf } from '../../port-suites/all-of.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';
import { openRig, type RigStart } from './rig.js';

/** An S3 server of its own, since it is stopped and killed; one after the other, each test finds it up. */
describe('frames on their way to S3 and Kafka', () => {
  let home: string;
  let s3: S3Server;
  let brokers: string[];
  const closers: (() => Promise<void>)[] = [];
  /** Each test has a stream of its own. */
  let streamId: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'reelay-delivery-'));
    [s3, { brokers }] = await Promise.all([startS3({ home }), kafkaServer()]);
  });
  after(async () => {
    await s3.stop();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    streamId = `cam-${randomUUID()}`;
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  async function open({
    bucket = s3.bucket,
    topic,
    ...change
  }: Partial<RigStart> & { bucket?: string; topic?: Topic } = {}) {
    const { endpoint, region, accessKeyId, secretAccessKey } = s3;
    const store = s3ObjectStore({ endpoint, region, bucket, credentials: { accessKeyId, secretAccessKey } });
    const sink = kafkaEventSink({ brokers });
    const events: EventSink = {
      ...sink,
      publish: (to, record) => sink.publish(to === TOPICS.frames ? (topic ?? to) : to, record),
      close: () => sink.close(),
    };
    const folder = join(home, streamId);
    const rig = await openRig({ folder, store, events, policy: BREAKER_POLICY, ...change });
    closers.push(async () => {
      await rig.close();
      await Promise.all([store.close(), sink.close()]);
    });
    const session = { ...SESSION, streamId };
    const deliver = (index: number): Promise<Outcome> => {
      const images = [imageOf(`${index}`)];
      const frame = frameAt(T0 + index * 1000, images, session);
      return rig.delivery.deliver(frame, { images, onAttempt: () => undefined });
    };
    const hasAll = async (count: number): Promise<void> => {
      const read = kafkaEventSource({ brokers }).read(TOPICS.frames, { key: streamId });
      const slots = (await allOf(read)).map(({ data }) => (data as FrameEvent).slotMs);
      const expected = Array.from({ length: count }, (_, index) => T0 + index * 1000);
      assert.deepEqual([...new Set(slots)].sort(), expected);
      for (const slotMs of expected) assert.ok(await store.head(frameKey(session, { slotMs })), `object of ${slotMs}`);
    };
    return { ...rig, deliver, hasAll };
  }
  const deliverAll = (deliver: (index: number) => Promise<Outcome>, from: number, to: number): Promise<Outcome[]> =>
    Promise.all(Array.from({ length: to - from }, (_, index) => deliver(from + index)));

  it('really upload again after one upload has failed', async () => {
    const { deliver, hasAll, problems } = await open();
    await deliver(0);
    process.kill(s3.pid!, 'SIGKILL');
    await s3.child!.exited;
    const second = deliver(1);
    await problems.reached(1);
    s3 = await startS3({ home });
    assert.equal(await second, 'stored');
    assert.deepEqual(new Set(await deliverAll(deliver, 2, 12)), new Set(['stored']));
    await hasAll(12);
  });

  it('all arrive after a server that accepted and never answered goes on', async () => {
    const { deliver, hasAll, spool, storeBreaker, problems } = await open();
    await deliver(0);
    process.kill(s3.pid!, 'SIGSTOP');
    const outcomes = deliverAll(deliver, 1, 200);
    await problems.reached(4);
    assert.ok(storeBreaker.openForMs > 0);
    const tries = problems.count;
    process.kill(s3.pid!, 'SIGCONT');
    assert.deepEqual(new Set(await outcomes), new Set(['stored']));
    assert.ok(tries < 10, `${tries} tries`);
    assert.equal(spool.usedBytes, 0);
    await hasAll(200);
  });

  it('are dead letters in Kafka where the bucket is missing', async () => {
    const policy = { ...BREAKER_POLICY, firstDeniedProbeMs: 50, longestDeniedProbeMs: 100 };
    const { deliver, problems } = await open({ bucket: 'no-such-bucket', policy });
    const outcomes = await deliverAll(deliver, 0, 20);
    assert.deepEqual(new Set(outcomes), new Set(['dead-lettered']));
    assert.ok(problems.count < 40, `${problems.count} tries`);
    const letters = await readLetters(20);
    assert.deepEqual(new Set(letters.map(({ disposition }) => disposition)), new Set(['rejected']));
  });

  it('are dead letters that point to the store where the topic is missing', async () => {
    const policy = { ...BREAKER_POLICY, firstDeniedProbeMs: 50, longestDeniedProbeMs: 100 };
    const { deliver } = await open({ topic: 'reelay.none' as Topic, policy });
    assert.deepEqual(new Set(await deliverAll(deliver, 0, 5)), new Set(['dead-lettered']));
    const letters = await readLetters(5);
    assert.deepEqual(new Set(letters.map(({ stage, code }) => `${stage} ${code}`)), new Set(['events events-denied']));
    assert.deepEqual(letters[0]?.content, { at: 'store', isBackup: false });
  });

  const readLetters = (count: number) =>
    eventually(
      async () => {
        const events = await allOf(kafkaEventSource({ brokers }).read(TOPICS.deadLetters, { key: streamId }));
        return events.length >= count ? events.map(({ data }) => frameLetterSchema.parse(data)) : undefined;
      },
      { withinMs: 20_000, what: `${count} letters` },
    );
});

import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { createConsume } from '../../../adapters/consumer/consume.js';
import type { Consumer } from '../../../adapters/consumer/consumer.js';
import { kafkaRecordLog } from '../../../adapters/consumer/kafka.js';
import { startSwitchable, type Switchable } from '../../../chaos/switchable.js';
import { startKafka, type ProxiedKafka } from '../../../dev/kafka.js';
import { eventually } from '../../harness/eventually.js';

const TOPIC = 'flowing';
const KEYS = ['a', 'b', 'c', 'd'];
const WITHIN = { withinMs: 120_000, everyMs: 50 };
const WITHIN_MS = 400_000;

describe('a consumer whose broker is killed and started again while records flow', function () {
  this.timeout(WITHIN_MS);
  const home = mkdtempSync(join(tmpdir(), 'reelay-killed-'));
  const seen: Record<string, number[]> = Object.fromEntries(KEYS.map((key) => [key, []]));
  let server: Switchable<ProxiedKafka>;
  let kafka: Kafka;
  let sent = 0;
  const later: string[] = [];

  const read = (handle: (text: string, key: string) => void): Promise<Consumer> =>
    createConsume(kafkaRecordLog({ brokers: server.current().brokers }))({
      group: 'readers',
      topics: [TOPIC],
      from: 'earliest',
      handle: async ({ key, value }) => handle(String(value), String(key)),
      poison: async (_, { failure }) => {
        throw failure;
      },
    });
  const leastSeen = (): number => Math.min(...Object.values(seen).map((numbers) => Math.max(0, ...numbers)));
  const untilSeen = (number: number): Promise<unknown> =>
    eventually(() => (leastSeen() >= number ? true : undefined), { ...WITHIN, what: `record ${number} of each key` });

  before(async () => {
    server = await startSwitchable((ports) => startKafka({ home, ports }));
    const retry = { retries: 200, maxRetryTime: 500 };
    kafka = new Kafka({ brokers: server.current().brokers, logLevel: logLevel.NOTHING, retry });
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 2 }], waitForLeaders: true });
    await admin.disconnect();
    const producer = kafka.producer({ retry });
    await producer.connect();
    const send = (number: number) =>
      producer.send({ topic: TOPIC, messages: KEYS.map((key) => ({ key, value: String(number) })) });

    let isOver = false;
    const consumer = await read((text, key) => void seen[key]?.push(Number(text)));
    const sending = (async () => {
      while (!isOver) await send(sent + 1).then(() => (sent += 1));
    })();
    await untilSeen(20);
    await server.kill();
    await server.start();
    await untilSeen(sent + 20);
    isOver = true;
    await sending;
    await untilSeen(sent);
    await consumer.close();

    const next = await read((text) => void later.push(text));
    await send(sent + 1);
    await eventually(() => (later.length >= KEYS.length ? true : undefined), { ...WITHIN, what: 'the new records' });
    await next.close();
    await producer.disconnect();
  });
  after(async () => {
    await server.stop();
    await rm(home, { recursive: true });
  });

  for (const key of KEYS) {
    it(`handles each record of ${key}`, () =>
      assert.deepEqual(
        [...new Set(seen[key])].sort((one, other) => one - other),
        Array.from({ length: sent }, (_, index) => index + 1),
      ));

    it(`handles those of ${key} in their order`, () => {
      const firsts = [...new Set(seen[key])];
      assert.deepEqual(
        firsts,
        firsts.toSorted((one, other) => one - other),
      );
    });
  }

  it('goes on, the next time, from where it was', () => assert.deepEqual(new Set(later), new Set([String(sent + 1)])));
});

import assert from 'node:assert/strict';
import { Kafka, logLevel } from 'kafkajs';
import { startFaultProxy } from '../../dev/fault-proxy.js';
import { startKafka } from '../../dev/kafka.js';
import { useTempFolder } from './temp-folder.js';

describe('a broker behind a proxy', () => {
  const home = useTempFolder();

  async function brokersTold(by: string): Promise<string[]> {
    const admin = new Kafka({ brokers: [by], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      return (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`);
    } finally {
      await admin.disconnect();
    }
  }

  it('names to those who come through the proxy no other address, and its own to the others', async () => {
    let behind = 0;
    const proxy = await startFaultProxy({ target: () => behind, speaks: 'kafka' });
    const kafka = await startKafka({ home: home(), advertisedPorts: [proxy.port] });
    try {
      behind = kafka.behind[0] ?? 0;
      const throughProxy = `127.0.0.1:${proxy.port}`;
      assert.deepEqual(await brokersTold(throughProxy), [throughProxy]);
      assert.deepEqual(await brokersTold(kafka.brokers[0]!), kafka.brokers);
    } finally {
      await Promise.all([proxy.close(), kafka.stop()]);
    }
  });
});

import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Client, Connection } from '@temporalio/client';
import { Kafka, logLevel } from 'kafkajs';
import { TOPICS } from '../../contracts/events.js';
import { startKafka, type KafkaServer } from '../../dev/kafka.js';
import { identifyProcess } from '../../dev/process-identity.js';
import { startS3, type S3Server } from '../../dev/s3.js';
import type { Server, ServerOptions } from '../../dev/server.js';
import { startTemporal, type TemporalServer } from '../../dev/temporal.js';
import { useTempFolder } from './temp-folder.js';

describe('a second start in the same home', () => {
  const home = useTempFolder();

  /** Uses a server, stops it, and uses it again as started anew. */
  async function twice<Started extends Server>(
    start: (options: ServerOptions) => Promise<Started>,
    uses: [first: (server: Started) => Promise<void>, second: (server: Started) => Promise<void>],
  ): Promise<[Started, Started]> {
    const started: Started[] = [];
    for (const use of uses) {
      const server = await start({ home: home() });
      started.push(server);
      try {
        await use(server);
      } finally {
        await server.stop();
      }
      assert.equal(identifyProcess(server.pid!), undefined, 'no process is left');
    }
    return started as [Started, Started];
  }

  it('finds workflows that were started before, at the same address', async () => {
    const withClient =
      (use: (client: Client) => Promise<unknown>) =>
      async ({ address }: TemporalServer) => {
        const connection = await Connection.connect({ address });
        await use(new Client({ connection })).finally(() => connection.close());
      };
    const [first, second] = await twice(startTemporal, [
      withClient((client) => client.workflow.start('any', { taskQueue: 'none', workflowId: 'kept' })),
      withClient((client) => client.workflow.getHandle('kept').describe()),
    ]);
    assert.equal(second.address, first.address);
    assert.equal(second.ui, first.ui);
  });

  it('finds objects that were put before', async () => {
    const at = { Bucket: 'reelay', Key: 'a/b.txt' };
    const withClient = (use: (client: S3Client) => Promise<unknown>) => async (server: S3Server) => {
      const client = new S3Client({ ...server, credentials: server, forcePathStyle: true });
      await use(client).finally(() => client.destroy());
    };
    await twice(startS3, [
      withClient((client) => client.send(new PutObjectCommand({ ...at, Body: 'kept' }))),
      withClient(async (client) => {
        const { Body } = await client.send(new GetObjectCommand(at));
        assert.equal(await text(Body as Readable), 'kept');
      }),
    ]);
  });

  it('finds records that were produced before', async () => {
    const kafkaOf = ({ brokers }: KafkaServer) => new Kafka({ brokers, logLevel: logLevel.NOTHING });
    await twice(startKafka, [
      async (server) => {
        const producer = kafkaOf(server).producer({ idempotent: true, maxInFlightRequests: 1 });
        await producer.connect();
        await producer.send({ topic: TOPICS.streams, messages: [{ key: 'k', value: 'kept' }] });
        await producer.disconnect();
      },
      async (server) => {
        const admin = kafkaOf(server).admin();
        await admin.connect();
        const ends = (await admin.fetchTopicOffsets(TOPICS.streams)).map(({ high }) => Number(high));
        await admin.disconnect();
        assert.equal(Math.max(...ends), 1);
      },
    ]);
  });
});

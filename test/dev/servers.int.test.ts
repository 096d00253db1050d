import assert from 'node:assert/strict';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import { Kafka, logLevel } from 'kafkajs';
import { TOPICS } from '../../contracts/events.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { kafkaServer, rtmpServer, s3Server, temporalServer } from '../harness/servers.js';

describe('the servers of the local stack', () => {
  it('start Temporal with its web interface and all search attributes', async () => {
    const { address, namespace, ui } = await temporalServer();
    const connection = await Connection.connect({ address });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      for (const { name } of Object.values(SEARCH_ATTRIBUTES)) assert.ok(customAttributes?.[name], name);
    } finally {
      await connection.close();
    }
    assert.equal((await fetch(ui!)).status, 200);
  });

  it('start Kafka with all topics', async () => {
    const { brokers } = await kafkaServer();
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: Object.values(TOPICS) });
      assert.deepEqual(Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length])), {
        'reelay.frames': 6,
        'reelay.streams': 3,
        'reelay.transcodes': 1,
        'reelay.dead-letters': 1,
        'reelay.commands': 1,
      });
    } finally {
      await admin.disconnect();
    }
  });

  it('start S3 with its bucket', async () => {
    const { endpoint, region, accessKeyId, secretAccessKey, bucket } = await s3Server();
    const client = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    });
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    client.destroy();
  });

  it('start RTMP beside HTTP-FLV', async () => {
    const { url, flv } = await rtmpServer();
    assert.match(url, /^rtmp:\/\/127\.0\.0\.1:\d+\/live$/);
    assert.match(flv, /^http:\/\/127\.0\.0\.1:\d+\/live$/);
  });
});

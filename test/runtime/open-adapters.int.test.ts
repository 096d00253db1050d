import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { TOPICS } from '../../contracts/events.js';
import { readConfig } from '../../runtime/config.js';
import { openAdapters } from '../../runtime/open-adapters.js';
import { kafkaServer, s3Server } from '../harness/servers.js';
import { allOf } from '../port-suites/all-of.js';
import { someEvent } from '../port-suites/event-log.js';
import { failingWith } from '../port-suites/failing-with.js';

describe('the adapters of a configuration', () => {
  const key = `cam-${randomUUID()}`;

  async function assertTheyWork(environment: Record<string, string>): Promise<void> {
    const { store, large, inputs, sink, source, close } = await openAdapters(readConfig(environment));
    try {
      await store.put(`${key}/1.jpg`, Buffer.from('picture'), { contentType: 'image/jpeg' });
      assert.equal((await store.get(`${key}/1.jpg`))?.body.toString(), 'picture');
      const version = await inputs.inspect(store.url(`${key}/1.jpg`), {});
      assert.equal(version.sizeBytes, 7);
      await large.remove([`${key}/1.jpg`]);
      assert.equal(await store.head(`${key}/1.jpg`), undefined);
      assert.ok(store.url('a').startsWith(environment['REELAY_STORE'] ?? ''));
      await sink.publish(TOPICS.frames, { key, event: someEvent(`${key}/1`) });
      assert.deepEqual(await allOf(source.read(TOPICS.frames, { key })), [someEvent(`${key}/1`)]);
    } finally {
      await close();
    }
  }

  it('are folders', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'reelay-adapters-'));
    try {
      await assertTheyWork({
        REELAY_STORE: pathToFileURL(path.join(folder, 'objects')).href,
        REELAY_INPUTS_ALLOW_FOLDERS: path.join(folder, 'objects'),
        REELAY_EVENTS: pathToFileURL(path.join(folder, 'events')).href,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are S3 and Kafka', async () => {
    const { brokers } = await kafkaServer();
    const { endpoint, bucket, accessKeyId, secretAccessKey } = await s3Server();
    // the SDK reads these two by itself
    const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    Object.assign(process.env, credentials);
    try {
      await assertTheyWork({
        REELAY_STORE: `s3://${bucket}/adapters`,
        REELAY_EVENTS: `kafka://${brokers.join(',')}`,
        AWS_ENDPOINT_URL_S3: endpoint,
      });
    } finally {
      for (const name of Object.keys(credentials)) delete process.env[name];
    }
  });

  it('are refused where a file of certificates cannot be read', async () => {
    const config = readConfig({
      REELAY_STORE: 'file:///tmp/none',
      REELAY_EVENTS: 'kafka://127.0.0.1:1',
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: '/no/such/ca.pem',
    });
    await assert.rejects(openAdapters(config), failingWith('config-invalid'));
  });
});

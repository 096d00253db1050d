import assert from 'node:assert/strict';
import { workerEnv } from '../../dev/worker-env.js';

const temporal = { address: '127.0.0.1:7233', namespace: 'default', ui: 'http://127.0.0.1:8233' };
const rtmp = { url: 'rtmp://127.0.0.1:1935/live', flv: 'http://127.0.0.1:8000/live' };

describe('the environment of a worker', () => {
  it('names folders for the embedded stack, and no S3', () => {
    const addresses = { temporal, rtmp, store: { url: 'file:///h/objects' }, events: { url: 'file:///h/events' } };
    assert.deepEqual(workerEnv(addresses, { home: '/h' }), {
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_NAMESPACE: 'default',
      REELAY_STORE: 'file:///h/objects',
      REELAY_EVENTS: 'file:///h/events',
      REELAY_SPOOL_DIR: '/h/spool',
      REELAY_SCRATCH_DIR: '/h/scratch',
      REELAY_INPUTS_ALLOW_FOLDERS: '/h/objects',
      REELAY_SOURCES_ALLOW_NETWORKS: '127.0.0.0/8,::1/128',
      REELAY_INPUTS_ALLOW_NETWORKS: '127.0.0.0/8,::1/128',
      REELAY_CALLBACKS_ALLOW_NETWORKS: '127.0.0.0/8,::1/128',
      REELAY_SANDBOX: 'preferred',
      REELAY_HOST: 'local',
    });
  });

  it('names the servers of the full stack and how to enter them', () => {
    const store = {
      url: 's3://reelay',
      endpoint: 'http://127.0.0.1:7070',
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'key',
    };
    const env = workerEnv({ temporal, rtmp, store, events: { url: 'kafka://127.0.0.1:9092' } }, { home: '/h' });
    assert.equal(env['REELAY_STORE'], 's3://reelay');
    assert.equal(env['REELAY_EVENTS'], 'kafka://127.0.0.1:9092');
    assert.equal(env['AWS_ENDPOINT_URL_S3'], 'http://127.0.0.1:7070');
    assert.equal(env['AWS_REGION'], 'us-east-1');
    assert.equal(env['AWS_ACCESS_KEY_ID'], 'id');
    assert.equal(env['AWS_SECRET_ACCESS_KEY'], 'key');
  });

  it('allows files to be transcoded of a folder, beside those of the store', () => {
    const addresses = { temporal, rtmp, store: { url: 'file:///h/objects' }, events: { url: 'file:///h/events' } };
    const env = workerEnv(addresses, { home: '/h', inputFolder: '/films' });
    assert.equal(env['REELAY_INPUTS_ALLOW_FOLDERS'], '/films,/h/objects');
  });

  it('allows files as sources for the demo alone', () => {
    const addresses = { temporal, rtmp, store: { url: 'file:///h/objects' }, events: { url: 'file:///h/events' } };
    assert.equal(workerEnv(addresses, { home: '/h', allowFile: true })['REELAY_SOURCES_ALLOW_FILE'], '1');
    assert.equal(workerEnv(addresses, { home: '/h' })['REELAY_SOURCES_ALLOW_FILE'], undefined);
  });
});

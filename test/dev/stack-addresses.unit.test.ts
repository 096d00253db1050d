import assert from 'node:assert/strict';
import { addressesOf } from '../../dev/stack-addresses.js';

const stop = async () => {};
const temporal = { address: '127.0.0.1:7233', namespace: 'default', ui: 'http://127.0.0.1:8233', stop };
const rtmp = { url: 'rtmp://127.0.0.1:1935/live', flv: 'http://127.0.0.1:8000/live', stop };
const kafka = { brokers: ['127.0.0.1:9092'], stop };
const s3 = {
  bucket: 'reelay',
  endpoint: 'http://127.0.0.1:7070',
  region: 'us-east-1',
  accessKeyId: 'id',
  secretAccessKey: 'key',
  stop,
};

describe('the addresses of the stack', () => {
  it('are folders of the home where no server keeps objects and events', () => {
    assert.deepEqual(addressesOf({ temporal, rtmp }, { home: '/a b' }), {
      temporal: { address: '127.0.0.1:7233', namespace: 'default', ui: 'http://127.0.0.1:8233' },
      store: { url: 'file:///a%20b/objects' },
      events: { url: 'file:///a%20b/events' },
      rtmp: { url: 'rtmp://127.0.0.1:1935/live', flv: 'http://127.0.0.1:8000/live' },
    });
  });

  it('are those of the servers in the full stack', () => {
    const { store, events } = addressesOf({ temporal, rtmp, kafka, s3 }, { home: '/h' });
    assert.deepEqual(store, {
      url: 's3://reelay',
      endpoint: 'http://127.0.0.1:7070',
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'key',
    });
    assert.deepEqual(events, { url: 'kafka://127.0.0.1:9092' });
  });

  it('are those of the environment where it names some', () => {
    const given = { store: 's3://elsewhere/frames', events: 'kafka://broker:9092' };
    const { store, events } = addressesOf({ temporal, rtmp }, { home: '/h', given });
    assert.deepEqual(store, { url: 's3://elsewhere/frames' });
    assert.deepEqual(events, { url: 'kafka://broker:9092' });
  });
});

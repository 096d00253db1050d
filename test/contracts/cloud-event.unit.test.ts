import assert from 'node:assert/strict';
import { fromMessage, toMessage, type ReceivedMessage } from '../../contracts/cloud-event.js';
import { someEvent } from '../port-suites/event-log.js';

/** As a broker gives a message back: its headers are bytes. */
const received = (event = someEvent('cam1/1', { slotMs: 1 })): ReceivedMessage => {
  const { headers, value } = toMessage(event);
  return {
    value,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
};

describe('a CloudEvent in binary mode', () => {
  it('has its attributes in headers and its data alone in the value', () => {
    assert.deepEqual(toMessage(someEvent('cam1/1', { slotMs: 1 })), {
      headers: {
        ce_specversion: '1.0',
        ce_id: 'cam1/1',
        ce_source: '/reelay/test',
        ce_type: 'dev.reelay.test.v1',
        ce_subject: 'cam1',
        ce_time: '2026-11-20T12:00:00.000Z',
        'content-type': 'application/json',
      },
      value: Buffer.from('{"slotMs":1}'),
    });
  });

  it('carries headers of its own beside its attributes, and never in their place', () => {
    const headers = { '__connect.errors.stage': 'store', ce_id: 'forged' };
    const message = toMessage({ ...someEvent('cam1/1'), headers });
    assert.equal(message.headers['__connect.errors.stage'], 'store');
    assert.equal(message.headers['ce_id'], 'cam1/1');
  });

  it('comes back as it was', () => {
    for (const data of [{ slotMs: 1 }, null, 'text', [], { deep: { text: '直播' } }]) {
      assert.deepEqual(fromMessage(received(someEvent('cam1/1', data))), someEvent('cam1/1', data));
    }
  });

  it('takes the first of a repeated header', () => {
    const message = received();
    message.headers!['ce_id'] = [Buffer.from('first'), Buffer.from('second')];
    assert.equal(fromMessage(message)?.id, 'first');
  });

  it('is not seen in a record without its required attributes, or without JSON', () => {
    for (const name of ['specversion', 'id', 'source', 'type']) {
      const message = received();
      delete message.headers![`ce_${name}`];
      assert.equal(fromMessage(message), undefined, name);
    }
    assert.equal(fromMessage({ ...received(), value: Buffer.from('{half') }), undefined);
    assert.equal(fromMessage({ ...received(), value: null }), undefined);
    assert.equal(fromMessage({ value: Buffer.from('{}') }), undefined);
  });
});

import assert from 'node:assert/strict';
import { problemOf } from '../../contracts/errors.js';
import { assertName, newSessionId, segmentWorkflowId, streamWorkflowId } from '../../contracts/ids.js';

const stream = { tenant: 'default', streamId: 'cam1' };

describe('workflow ids', () => {
  it('are made of the business key', () => {
    assert.equal(streamWorkflowId(stream), 'stream:default/cam1');
    assert.equal(
      segmentWorkflowId(stream, { sessionId: '20261120T101112-abc', epoch: 3 }),
      'stream:default/cam1:20261120T101112-abc:3',
    );
  });
});

describe('session ids', () => {
  it('say when the session began, and sort by it', () => {
    const ids = [0, 1_000, 1_700_000_000_000, 1_763_633_472_999].map((ms) => newSessionId(ms, 'zz9'));
    assert.equal(ids.at(-1), '20251120T101112-zz9');
    assert.deepEqual([...ids].sort(), ids);
  });

  it('differ within one second by their entropy, which is cut to six plain characters', () => {
    assert.equal(newSessionId(0, 'a/b-c:d.e_f!g1h'), '19700101T000000-abcdef');
    assert.notEqual(newSessionId(0, 'aaaaaa'), newSessionId(0, 'aaaaab'));
  });

  it('can be part of a key', () => {
    assert.doesNotThrow(() => assertName(newSessionId(Date.now(), '3fa85f64-5717'), 'stream'));
  });
});

describe('names that callers give', () => {
  for (const name of ['a', '7', 'cam1', 'Lobby_3.main-north', 'a..b', 'x'.repeat(100)]) {
    it(`may be ${JSON.stringify(name.slice(0, 20))}`, () => assert.doesNotThrow(() => assertName(name, 'stream')));
  }

  for (const name of [
    '',
    ' ',
    '.',
    '..',
    '-a',
    '_a',
    'a/b',
    '../etc',
    'a\\b',
    'a:b',
    'a b',
    'a%2fb',
    'a\n',
    'a\u0000',
    '\u202ea',
    'é',
    'x'.repeat(101),
  ]) {
    it(`may not be ${JSON.stringify(name.slice(0, 20))}`, () => {
      assert.throws(
        () => assertName(name, 'tenant'),
        (error) => {
          assert.equal(problemOf(error)?.code, 'stream-id-invalid');
          assert.match(String(error), /tenant id .*expected 1 to 100 letters/s);
          return true;
        },
      );
    });
  }
});

import assert from 'node:assert/strict';
import { deadLetterEvent } from '../../contracts/dead-letter.js';
import { fault } from '../../contracts/errors.js';
import { MAX_INLINE_BYTES } from '../../contracts/letter-fields.js';
import { filterOfId, LETTER_KINDS, rowOf } from '../../contracts/letter-kinds.js';
import { recordLetterOf, recordLetterSchema } from '../../contracts/record-letter.js';

describe('kinds of letters', () => {
  const IDS: [string, ReturnType<typeof filterOfId>][] = [
    ['acme/cam1/20261120T194347-800ebc/1795169472000', { kind: 'frame', streamId: 'cam1' }],
    ['acme/movie/run', { kind: 'transcode', taskId: 'movie' }],
    ['default/reelay-objects/objects/0/7', { kind: 'record' }],
    ['nothing', undefined],
  ];
  for (const [id, filter] of IDS) it(`are told by the id ${id}`, () => assert.deepEqual(filterOfId(id), filter));

  it('have ids of different lengths', () => {
    assert.equal(new Set(LETTER_KINDS.map((kind) => rowOf(kind).idParts)).size, LETTER_KINDS.length);
  });
});

describe('the letter of a record', () => {
  const record = { topic: 't', partition: 2, offset: 9n, key: null, headers: {}, value: Buffer.from('v') };
  const letterOf = (failure: unknown, other: Partial<typeof record> = {}) =>
    recordLetterOf({ ...record, ...other }, { group: 'g', failure, attempts: 5, nowMs: 5 });

  it('names the record', () => assert.equal(letterOf(new Error('x')).letterId, 'default/g/t/2/9'));

  it('is one that the schema takes', () => {
    const letter = letterOf(new Error('x'));
    assert.deepEqual(recordLetterSchema.parse(JSON.parse(JSON.stringify(letter))), letter);
  });

  it('has the code of what failed', () => assert.equal(letterOf(fault('store-denied', 'no')).code, 'store-denied'));

  it('says of a refusal that it was one', () =>
    assert.equal(letterOf(fault('store-denied', 'no')).disposition, 'rejected'));

  it('holds no secret in its message', () =>
    assert.doesNotMatch(letterOf(new Error('https://me:hidden@host/')).message, /hidden/));

  it('holds only so many bytes', () => {
    const letter = letterOf(new Error('x'), { value: Buffer.alloc(MAX_INLINE_BYTES + 5) });
    assert.equal(Buffer.from(letter.value ?? '', 'base64').length, MAX_INLINE_BYTES);
    assert.equal(letter.isWhole, false);
  });

  it('is keyed by its group', () => assert.equal(deadLetterEvent(letterOf(new Error('x'))).subject, 'g'));
});

import assert from 'node:assert/strict';
import { placesOf, secretWord } from './secrets.js';

describe('the search for secrets', () => {
  const word = secretWord('word');
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  for (const [what, bytes] of [
    ['as it is', `x${word}y`],
    ['percent-encoded', `?token=${encodeURIComponent(word)}&`],
    ['percent-encoded twice', encodeURIComponent(`http://h/?token=${encodeURIComponent(word)}`)],
    ['in base64', base64(word)],
    ['in base64 behind one byte', base64(`1${word}22`)],
    ['in base64 behind two bytes', base64(`12${word}1`)],
    ['in base64 of URLs', Buffer.from(`{"url":"${word}"}`).toString('base64url')],
    ['in bytes', Buffer.concat([Buffer.from([0, 255]), Buffer.from(word)])],
  ] as const)
    it(`finds one ${what}`, () => assert.deepEqual(placesOf(word, [{ where: 'there', bytes }]), ['there']));

  it('finds none where there is none', () => {
    assert.deepEqual(placesOf(word, [{ where: 'there', bytes: `x${word.slice(1)}` }]), []);
  });
});

import assert from 'node:assert/strict';
import { allowInputs } from '../../../adapters/inputs/allow-inputs.js';
import { failingWith } from '../../port-suites/failing-with.js';

const assertAllowed = allowInputs(['s3://media/in/', 's3://open/', 'https://cdn.example/films/']);

describe('where inputs may be', () => {
  for (const url of [
    's3://media/in/a.mov',
    's3://media/in/my%20film.mov',
    's3://media/i%6E/a.mov',
    's3://open/a.mov',
    'https://cdn.example/films/a.mov?token=x',
    'https://me:secret@cdn.example/films/a.mov',
    'file:///srv/a.mov',
  ])
    it(`${url} is allowed`, () => {
      assert.doesNotThrow(() => assertAllowed(url));
    });

  for (const url of [
    's3://media/out/a.mov',
    's3://media/in/../out/a.mov',
    's3://media/in/%2e%2e/out/a.mov',
    's3://media2/in/a.mov',
    's3://openly/a.mov',
    'https://cdn.example/other/a.mov',
    'https://cdn.example/films/../other/a.mov',
    'https://cdn.example@evil.example/films/a.mov',
    'http://cdn.example/films/a.mov',
  ])
    it(`${url} is not`, () => {
      assert.throws(() => assertAllowed(url), failingWith('input-forbidden'));
    });

  it('is anywhere where nothing is said', () => {
    assert.doesNotThrow(() => allowInputs([])('s3://any/a.mov'));
  });
});

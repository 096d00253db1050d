import assert from 'node:assert/strict';
import { withoutDefaults } from '../../contracts/without-defaults.js';

const DEFAULTS = { remux: 'auto', labels: {}, output: { isHidden: false }, sizes: [] as string[] };

describe('what is said besides the defaults', () => {
  for (const [what, said, left] of [
    ['nothing', {}, {}],
    ['what all fields are by default', DEFAULTS, {}],
    ['another value', { remux: 'never' }, { remux: 'never' }],
    ['a field without a default', { taskId: 't' }, { taskId: 't' }],
    ['part of a field', { output: { isHidden: false, prefix: 'a' } }, { output: { prefix: 'a' } }],
    ['some of many', { labels: { a: '1' } }, { labels: { a: '1' } }],
    ['a list', { sizes: ['a'] }, { sizes: ['a'] }],
  ] as const)
    it(`is ${JSON.stringify(left)} of ${what}`, () => {
      assert.deepEqual(withoutDefaults(said, DEFAULTS), left);
    });
});

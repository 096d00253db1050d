import assert from 'node:assert/strict';
import { execa } from 'execa';
import { REELAY } from '../harness/full-stack.js';

describe('the command line', () => {
  it('ends without a word when nobody reads what it prints', async () => {
    const { stderr } = await execa('bash', ['-c', `"${process.execPath}" ${REELAY} --help | true`]);
    assert.equal(stderr, '');
  });
});

import assert from 'node:assert/strict';
import { execa } from 'execa';
import { REELAY } from '../harness/full-stack.js';

describe('the command line', () => {
  it('ends without a word when nobody reads what it prints', async () => {
    const script = `"${process.execPath}" ${REELAY} --help | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa('bash', ['-c', script]);
    assert.deepEqual([stdout, stderr], ['143', '']);
  });
});

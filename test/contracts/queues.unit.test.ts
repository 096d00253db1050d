import assert from 'node:assert/strict';
import { captureHostQueue } from '../../contracts/queues.js';

describe('the queue of a capture host', () => {
  it('is named after the host', () => assert.equal(captureHostQueue('host-7'), 'capture@host-7'));
});

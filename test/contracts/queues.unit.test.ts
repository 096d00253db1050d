import assert from 'node:assert/strict';
import { hostQueue } from '../../contracts/queues.js';

describe('the queue of a capture host', () => {
  it('is named after the host', () => assert.equal(hostQueue('capture', 'host-7'), 'capture@host-7'));
});

import assert from 'node:assert/strict';
import { exitCodeOf } from '../../cli/exit-code.js';
import { fault, type ErrorCode } from '../../contracts/errors.js';
import { answerTo } from '../../server/http-status.js';

const CASES: Partial<Record<ErrorCode, [exit: number, status: number]>> = {
  'request-invalid': [2, 400],
  'config-invalid': [2, 400],
  'input-url-invalid': [2, 400],
  'source-address-forbidden': [1, 400],
  'input-forbidden': [1, 400],
  'task-cancelled': [1, 400],
  'token-missing': [1, 401],
  'host-forbidden': [1, 403],
  'stream-not-found': [3, 404],
  'task-not-found': [3, 404],
  'profile-not-found': [3, 404],
  'dead-letter-not-found': [3, 404],
  'stream-conflict': [4, 409],
  'task-conflict': [4, 409],
  'task-ended': [4, 409],
  'profile-conflict': [4, 409],
  'stack-taken': [4, 409],
  'object-damaged': [1, 500],
  'ffmpeg-missing': [1, 500],
  'source-unreachable': [1, 503],
  'scratch-full': [1, 503],
  'stack-failed': [1, 503],
  'temporal-unreachable': [5, 503],
  'store-unreachable': [5, 503],
  'events-unreachable': [5, 503],
  'worker-missing': [5, 503],
};

describe('the answer to a failure', () => {
  for (const [code, [exit, status]] of Object.entries(CASES)) {
    const failure = fault(code as ErrorCode, 'message');

    it(`of ${code} is exit code ${exit}`, () => {
      assert.equal(exitCodeOf(failure), exit);
    });

    it(`of ${code} is HTTP status ${status}, with its code`, () => {
      const answer = answerTo(failure);
      assert.equal(answer.status, status);
      assert.equal(answer.problem?.code, code);
    });
  }

  it('of what nobody has catalogued is exit code 1, and status 500 that tells nothing', () => {
    assert.equal(exitCodeOf(new Error('secret')), 1);
    assert.deepEqual(answerTo(new Error('secret')), { status: 500, problem: undefined });
  });
});

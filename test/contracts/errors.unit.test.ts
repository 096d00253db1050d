import assert from 'node:assert/strict';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { ERRORS, fault, isErrorCode, problemOf, type ErrorCode } from '../../contracts/errors.js';

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the catalogue of failures', () => {
  for (const code of CODES) {
    it(`makes ${code} with its code as type, and says whether to retry`, () => {
      const failure = fault(code, 'message');
      assert.equal(failure.type, code);
      assert.equal(failure.nonRetryable, !ERRORS[code].retryable);
    });

    it(`explains ${code} in words that go on a line`, () => {
      const { meaning, action } = ERRORS[code];
      for (const text of [meaning, action]) assert.match(text, /^[^\n.][^\n]*[^.\n]$/);
    });
  }

  it('knows its own codes alone, not what every object has', () => {
    assert.ok(CODES.every(isErrorCode));
    for (const other of ['', 'constructor', 'toString', '__proto__', 'nope', undefined, 5])
      assert.ok(!isErrorCode(other));
  });
});

describe('a failure', () => {
  it('carries its command and last lines as details, and none where there are none', () => {
    assert.deepEqual(fault('source-failed', 'x', { command: 'ffmpeg -i a', tail: ['b'] }).details, [
      { command: 'ffmpeg -i a', tail: ['b'] },
    ]);
    assert.deepEqual(fault('source-failed', 'x').details, []);
  });

  it('hides secrets in message, command, lines and every cause with its stack', () => {
    const cause = new Error('spawn: rtmp://h/live/S3CR3T', { cause: new Error('password="S3CR3T"') });
    const failure = fault('source-failed', 'cannot pull rtmp://h/live/S3CR3T', {
      command: 'ffmpeg -i rtmp://h/live/S3CR3T',
      tail: ['token="S3CR3T"', '"Authorization: Bearer S3CR3T"'],
      cause,
    });
    assert.doesNotMatch(everythingIn(failure), /S3CR3T/);
    assert.match(String(failure.cause?.stack), /errors\.unit\.test/);
  });

  it('keeps a failure of ours as its cause unchanged', () => {
    const inner = fault('store-denied', 'no bucket');
    assert.equal(fault('source-failed', 'x', { cause: inner }).cause, inner);
  });
});

describe('the problem behind an error', () => {
  const inner = fault('store-denied', 'no bucket "b"', { tail: ['403'] });

  it('is found through what Temporal wraps around it', () => {
    const wrapped = new ActivityFailure('activity failed', 'put', '1', RetryState.NON_RETRYABLE_FAILURE, 'w', inner);
    assert.deepEqual(problemOf(wrapped), { code: 'store-denied', message: 'no bucket "b"', tail: ['403'] });
  });

  it('is the outermost of several, which knows the most', () => {
    assert.equal(problemOf(fault('stack-failed', 'x', { cause: inner }))?.code, 'stack-failed');
  });

  it('is none where nothing is catalogued', () => {
    assert.equal(problemOf(new Error('x')), undefined);
    assert.equal(problemOf(ApplicationFailure.create({ type: 'Other', message: 'x' })), undefined);
    assert.equal(problemOf('store-denied'), undefined);
    assert.equal(problemOf(undefined), undefined);
  });
});

function everythingIn(error: Error): string {
  const own = `${error.message}\n${error.stack}\n${error instanceof ApplicationFailure ? JSON.stringify(error.details) : ''}`;
  return error.cause instanceof Error ? own + everythingIn(error.cause) : own;
}

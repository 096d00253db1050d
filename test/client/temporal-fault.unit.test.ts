import assert from 'node:assert/strict';
import { ServiceError } from '@temporalio/client';
import { withTemporalFaults } from '../../client/temporal-fault.js';
import { problemOf, type ErrorCode } from '../../contracts/errors.js';

const SUBJECT = { what: 'task "t1"', notFound: 'task-not-found' } as const;

const CASES: [name: string, grpcCode: number, code: ErrorCode | undefined][] = [
  ['cancelled', 1, 'worker-missing'],
  ['deadline exceeded', 4, 'worker-missing'],
  ['not found', 5, 'task-not-found'],
  ['permission denied', 7, 'temporal-unreachable'],
  ['resource exhausted', 8, 'temporal-unreachable'],
  ['failed precondition', 9, 'worker-missing'],
  ['unavailable', 14, 'temporal-unreachable'],
  ['unauthenticated', 16, 'temporal-unreachable'],
  ['invalid argument', 3, undefined],
];

describe('a call to Temporal', () => {
  for (const [name, grpcCode, code] of CASES) {
    const answer = Object.assign(new Error(name), { code: grpcCode, details: name, metadata: {} });

    it(`that ends as "${name}" fails as ${code ?? 'it is'}`, async () => {
      const failing = withTemporalFaults(SUBJECT, () => Promise.reject(answer));
      await assert.rejects(failing, (error) => problemOf(error)?.code === code);
    });

    it(`does so too where the SDK wraps "${name}"`, async () => {
      const wrapped = new ServiceError('the call failed', { cause: answer });
      const failing = withTemporalFaults(SUBJECT, () => Promise.reject(wrapped));
      await assert.rejects(failing, (error) => problemOf(error)?.code === code);
    });
  }
});

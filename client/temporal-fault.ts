import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { fault, problemOf } from '../contracts/errors.js';
import type { StreamRef } from '../contracts/ids.js';

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_FAILED_PRECONDITION = 9;
const GRPC_UNAVAILABLE = 14;

/** Runs a call to Temporal; what fails in it comes out as a catalogued failure about the stream. */
export async function withStreamFaults<Result>(
  { tenant, streamId }: StreamRef,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw asFault(error, `stream "${streamId}" of tenant "${tenant}"`);
  }
}

function asFault(error: unknown, stream: string): unknown {
  if (error instanceof WorkflowNotFoundError)
    return fault('stream-not-found', `${stream} does not run`, { cause: error });
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) return faultOfCause(error);
  if (error instanceof QueryNotRegisteredError)
    return fault('stream-not-found', `${stream} is no live stream`, { cause: error });
  if (!isGrpcServiceError(error)) return error;
  const code = Number(error.code);
  if (code === GRPC_UNAVAILABLE)
    return fault('temporal-unreachable', 'the Temporal server does not answer', { cause: error });
  if (code === GRPC_DEADLINE_EXCEEDED || code === GRPC_FAILED_PRECONDITION) {
    return fault('worker-missing', `no worker answers for ${stream}: expected a running \`reelay worker\``, {
      cause: error,
    });
  }
  return error;
}

function faultOfCause(error: Error): unknown {
  const problem = problemOf(error);
  return problem ? fault(problem.code, problem.message, { ...problem, cause: error }) : error;
}

import {
  isGrpcServiceError,
  ServiceError,
  QueryNotRegisteredError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { fault, problemOf } from '../contracts/errors.js';
import type { StreamRef } from '../contracts/ids.js';
import type { Reelay } from './connect.js';

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;
/** Cancelled, deadline exceeded, failed precondition (nobody polls), aborted: how a server says that no worker answered. */
const WITHOUT_WORKER = new Set([1, GRPC_DEADLINE_EXCEEDED, 9, 10]);

const ANSWER_WITHIN_MS = 10_000;

/** A call that a worker answers at once, or nobody does. */
export const askStream = <Result>(
  { temporal }: Reelay,
  { stream, call }: { stream: StreamRef; call: () => Promise<Result> },
): Promise<Result> => withStreamFaults(stream, () => temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, call));

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
  const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
  const code = isLate ? GRPC_DEADLINE_EXCEEDED : grpcCodeOf(error);
  if (code === GRPC_UNAVAILABLE)
    return fault('temporal-unreachable', 'the Temporal server does not answer', { cause: error });
  if (code !== undefined && WITHOUT_WORKER.has(code)) {
    return fault('worker-missing', `no worker answers for ${stream}: expected a running \`reelay worker\``, {
      cause: error,
    });
  }
  return error;
}

/** The SDK wraps what gRPC says. */
function grpcCodeOf(error: unknown): number | undefined {
  const inner = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(inner) ? Number(inner.code) : undefined;
}

function faultOfCause(error: Error): unknown {
  const problem = problemOf(error);
  return problem ? fault(problem.code, problem.message, { ...problem, cause: error }) : error;
}

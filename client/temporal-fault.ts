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
import type { StreamRef, TaskRef } from '../contracts/ids.js';
import type { Reelay } from './connect.js';

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_NOT_FOUND = 5;
/** The server is away, takes no more calls for now, or takes none of ours: permission denied, unauthenticated. */
const NOT_SERVED = new Set([14, 8, 7, 16]);
/** Cancelled, deadline exceeded, failed precondition (nobody polls), aborted: how a server says that no worker answered. */
const WITHOUT_WORKER = new Set([1, GRPC_DEADLINE_EXCEEDED, 9, 10]);

const ANSWER_WITHIN_MS = 10_000;

/** A call that a worker answers at once, or nobody does. */
export const askStream = <Result>(
  { temporal }: Reelay,
  { stream, call }: { stream: StreamRef; call: () => Promise<Result> },
): Promise<Result> => withStreamFaults(stream, () => temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, call));

/** The same about a task, whatever needs an answer of its worker or only of the server. */
export const askTask = <Result>(
  { temporal }: Reelay,
  { task: { tenant, taskId }, call }: { task: TaskRef; call: () => Promise<Result> },
): Promise<Result> =>
  withTemporalFaults({ what: `task "${taskId}" of tenant "${tenant}"`, notFound: 'task-not-found' }, () =>
    temporal.withDeadline(Date.now() + ANSWER_WITHIN_MS, call),
  );

/** Runs a call to Temporal; what fails in it comes out as a catalogued failure about the stream. */
export const withStreamFaults = <Result>(
  { tenant, streamId }: StreamRef,
  call: () => Promise<Result>,
): Promise<Result> =>
  withTemporalFaults({ what: `stream "${streamId}" of tenant "${tenant}"`, notFound: 'stream-not-found' }, call);

/** What a call is about, and the code that says that there is no such thing. */
interface Subject {
  what: string;
  notFound: 'stream-not-found' | 'task-not-found';
}

/** The same about anything else that a workflow does. */
export async function withTemporalFaults<Result>(subject: Subject, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw asFault(error, subject);
  }
}

function asFault(error: unknown, { what, notFound }: Subject): unknown {
  if (error instanceof WorkflowNotFoundError) return fault(notFound, `${what} is not known`, { cause: error });
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) return faultOfCause(error);
  if (error instanceof QueryNotRegisteredError) return fault(notFound, `${what} is something else`, { cause: error });
  const isLate = error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
  const code = isLate ? GRPC_DEADLINE_EXCEEDED : grpcCodeOf(error);
  if (code === GRPC_NOT_FOUND) return fault(notFound, `${what} is not known`, { cause: error });
  if (code !== undefined && NOT_SERVED.has(code))
    return fault('temporal-unreachable', `the Temporal server does not answer (${(error as Error).message})`, {
      cause: error,
    });
  if (code !== undefined && WITHOUT_WORKER.has(code)) {
    return fault('worker-missing', `no worker answers for ${what}: expected a running \`reelay worker\``, {
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

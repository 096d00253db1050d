import type { LoadedDataConverter, Payload } from '@temporalio/common';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import proto from '@temporalio/proto';
import { isErrorCode, type ErrorCode } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import { isPieceActivity, type PieceHeartbeat } from '../../contracts/transcode-work.js';
import { decodePayload } from '../../records/decode-payload.js';

/** A piece of work that is under way, or waits for a worker or its next try. */
export interface RunningPiece {
  piece: string;
  /** `waiting` for a worker, or for its turn on one. */
  stage: PieceHeartbeat['stage'];
  /** 0 to 100 of the stage. */
  percent: number;
  /** Times the speed of playing, while it encodes. */
  speed?: number;
  host?: string;
  /** From 1: above it, earlier ones were lost or failed. */
  attempt: number;
  /** Why the attempt before failed, redacted. */
  lastFailure?: { code?: ErrorCode; message: string };
}

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

const { PENDING_ACTIVITY_STATE_SCHEDULED: SCHEDULED } = proto.temporal.api.enums.v1.PendingActivityState;

/** As the server knows them by their heartbeats, which needs no worker. */
export const runningPieces = (
  { raw }: Pick<WorkflowExecutionDescription, 'raw'>,
  converter: LoadedDataConverter,
): Promise<RunningPiece[]> =>
  Promise.all(
    (raw.pendingActivities ?? [])
      .filter(({ activityType }) => isPieceActivity(activityType?.name ?? ''))
      .map((activity) => pieceOf(activity, converter)),
  );

async function pieceOf(
  { activityType, heartbeatDetails, attempt, lastFailure, state }: PendingActivity,
  converter: LoadedDataConverter,
): Promise<RunningPiece> {
  const last = await beatOf(heartbeatDetails?.payloads?.[0], converter);
  const beat = state === SCHEDULED ? undefined : last;
  return {
    piece: last?.piece ?? activityType?.name ?? '',
    stage: beat?.stage ?? 'waiting',
    percent: beat?.percent ?? 0,
    attempt: attempt ?? 1,
    ...(beat?.speed === undefined ? {} : { speed: beat.speed }),
    ...(beat ? { host: beat.host } : {}),
    ...(lastFailure ? { lastFailure: await failureOf(lastFailure, converter) } : {}),
  };
}

async function beatOf(
  payload: Payload | undefined,
  converter: LoadedDataConverter,
): Promise<PieceHeartbeat | undefined> {
  const details = payload && (await decodePayload<Partial<PieceHeartbeat> | null>(converter, payload));
  return details?.piece === undefined ? undefined : (details as PieceHeartbeat);
}

/** Where payloads are encrypted, its message is one too. */
async function failureOf(
  { applicationFailureInfo, encodedAttributes, message }: NonNullable<PendingActivity['lastFailure']>,
  converter: LoadedDataConverter,
): Promise<NonNullable<RunningPiece['lastFailure']>> {
  const attributes = encodedAttributes && (await decodePayload<{ message?: string }>(converter, encodedAttributes));
  const type = applicationFailureInfo?.type;
  return {
    ...(isErrorCode(type) ? { code: type } : {}),
    message: redact(attributes?.message ?? message ?? 'it gave no reason'),
  };
}

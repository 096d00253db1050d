import { defaultPayloadConverter } from '@temporalio/common';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import proto from '@temporalio/proto';
import { isErrorCode, type ErrorCode } from '../../contracts/errors.js';
import { redact } from '../../contracts/redact.js';
import { isPieceActivity, type PieceHeartbeat } from '../../contracts/transcode-work.js';

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
export const runningPieces = ({ raw }: WorkflowExecutionDescription): RunningPiece[] =>
  (raw.pendingActivities ?? []).filter(({ activityType }) => isPieceActivity(activityType?.name ?? '')).map(pieceOf);

function pieceOf({ activityType, heartbeatDetails, attempt, lastFailure, state }: PendingActivity): RunningPiece {
  const isScheduled = state === SCHEDULED;
  const beat = isScheduled ? undefined : beatOf(heartbeatDetails?.payloads?.[0]);
  const type = lastFailure?.applicationFailureInfo?.type;
  const code = isErrorCode(type) ? type : undefined;
  return {
    piece: beat?.piece ?? beatOf(heartbeatDetails?.payloads?.[0])?.piece ?? activityType?.name ?? '',
    stage: beat?.stage ?? 'waiting',
    percent: beat?.percent ?? 0,
    attempt: attempt ?? 1,
    ...(beat?.speed === undefined ? {} : { speed: beat.speed }),
    ...(beat ? { host: beat.host } : {}),
    ...(lastFailure
      ? { lastFailure: { ...(code ? { code } : {}), message: redact(lastFailure.message ?? 'it gave no reason') } }
      : {}),
  };
}

type HeartbeatPayload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

function beatOf(payload: HeartbeatPayload | undefined): PieceHeartbeat | undefined {
  const details = payload && defaultPayloadConverter.fromPayload<Partial<PieceHeartbeat> | null>(payload);
  return details?.piece === undefined ? undefined : (details as PieceHeartbeat);
}

import { z } from 'zod';
import { isErrorCode } from './errors.js';
import type { ReelayEvent } from './events.js';
import { manifestSchema } from './manifest.js';
import { TRANSCODE_PHASES } from './transcode.js';

export const TRANSCODE_EVENT_KINDS = ['queued', 'progressed', 'succeeded', 'failed', 'cancelled'] as const;
export type TranscodeEventKind = (typeof TRANSCODE_EVENT_KINDS)[number];

export const transcodeEventSchema = z.object({
  tenant: z.string(),
  taskId: z.string(),
  /** Which start of the task: a task that failed or was cancelled may be started again. */
  runId: z.string(),
  /** Counts the events of one start from 1, without a gap. */
  sequence: z.int().min(1),
  atMs: z.int(),
  profile: z.string(),
  labels: z.record(z.string(), z.string()),
  phase: z.enum(TRANSCODE_PHASES),
  /** 0 to 100. */
  percent: z.number(),
  /** In `failed` alone. */
  problem: z.object({ code: z.string().refine(isErrorCode), message: z.string() }).optional(),
  /** In `succeeded` alone. */
  manifest: manifestSchema.optional(),
});
export type TranscodeEvent = z.infer<typeof transcodeEventSchema>;

export const transcodeEvent = (kind: TranscodeEventKind, data: TranscodeEvent): ReelayEvent<TranscodeEvent> => ({
  id: `${data.tenant}/${data.taskId}/${data.runId}/${data.sequence}`,
  source: `/reelay/${data.tenant}`,
  type: `dev.reelay.transcode.${kind}.v1`,
  subject: data.taskId,
  time: new Date(data.atMs).toISOString(),
  data,
});

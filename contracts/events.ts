import { z } from 'zod';
import { GAP_REASONS, type EndReason } from './ledger.js';
import type { SessionRef } from './keys.js';
import { PICTURE_MODES } from './picture.js';

export const TOPICS = {
  frames: 'reelay.frames',
  streams: 'reelay.streams',
  transcodes: 'reelay.transcodes',
  deadLetters: 'reelay.dead-letters',
  commands: 'reelay.commands',
} as const;
export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

/** A CloudEvent 1.0; `id` is made of what happened, so a repeated event can be told by it. */
export interface ReelayEvent<Data = unknown> {
  id: string;
  source: string;
  type: string;
  subject: string;
  /** ISO 8601. */
  time: string;
  /** Beside the CloudEvents attributes, for those who route records without reading them. */
  headers?: Record<string, string>;
  data: Data;
}

const image = { url: z.string(), sizeBytes: z.int(), width: z.int(), height: z.int(), sha256: z.string().length(64) };

export const frameEventSchema = z.object({
  tenant: z.string(),
  streamId: z.string(),
  sessionId: z.string(),
  epoch: z.int(),
  slotMs: z.int(),
  everyMs: z.int(),
  /** Wall-clock time of the picture itself, Unix milliseconds. */
  capturedAtMs: z.int(),
  /** Time stamp of the picture in the source's timeline, counted from the first one and made continuous. */
  ptsMs: z.int(),
  ...image,
  variants: z.array(z.object(image)),
  /** Deliveries tried for this frame, this one included. */
  attempt: z.int().min(1),
  mode: z.enum(PICTURE_MODES),
  /** True where the frame came after its slot had been recorded as a gap. */
  late: z.boolean(),
});
export type FrameEvent = z.infer<typeof frameEventSchema>;

export const gapEventSchema = z.object({
  tenant: z.string(),
  streamId: z.string(),
  sessionId: z.string(),
  epoch: z.int(),
  fromSlotMs: z.int(),
  toSlotMs: z.int(),
  everyMs: z.int(),
  count: z.int(),
  reason: z.enum(GAP_REASONS),
});
export type GapEvent = z.infer<typeof gapEventSchema>;

export const streamEventSchema = z.object({
  tenant: z.string(),
  streamId: z.string(),
  sessionId: z.string(),
  epoch: z.int(),
  atMs: z.int(),
  everyMs: z.int(),
  /** Why it was interrupted or ended. */
  reason: z.string().optional(),
  /** The session's slots, in `ended` alone. */
  counts: z.object({ due: z.int(), stored: z.int(), gaps: z.int() }).optional(),
});
export type StreamEvent = z.infer<typeof streamEventSchema>;

export type StreamEventKind = 'started' | 'interrupted' | 'resumed' | 'ended';

const sourceOf = ({ tenant }: SessionRef): string => `/reelay/${tenant}`;
const iso = (ms: number): string => new Date(ms).toISOString();

export const FRAME_CAPTURED = 'dev.reelay.frame.captured.v1';

export const frameEvent = (data: FrameEvent): ReelayEvent<FrameEvent> => ({
  id: `${data.streamId}/${data.sessionId}/${data.slotMs}`,
  source: sourceOf(data),
  type: FRAME_CAPTURED,
  subject: data.streamId,
  time: iso(data.capturedAtMs),
  data,
});

export const gapEvent = (data: GapEvent): ReelayEvent<GapEvent> => ({
  id: `${data.streamId}/${data.sessionId}/gap/${data.fromSlotMs}`,
  source: sourceOf(data),
  type: 'dev.reelay.gap.recorded.v1',
  subject: data.streamId,
  time: iso(data.toSlotMs),
  data,
});

/** `occurrence` tells the interruptions of one session apart. */
export const streamEvent = (
  kind: StreamEventKind,
  { occurrence, ...data }: StreamEvent & { occurrence: number },
): ReelayEvent<StreamEvent> => ({
  id: `${data.streamId}/${data.sessionId}/${kind}${kind === 'started' || kind === 'ended' ? '' : `/${occurrence}`}`,
  source: sourceOf(data),
  type: `dev.reelay.stream.${kind}.v1`,
  subject: data.streamId,
  time: iso(data.atMs),
  data,
});

export type { EndReason };

import type { EventSource } from '../../adapters/event-log/event-log.js';
import { FRAME_CAPTURED, frameEventSchema, TOPICS, type FrameEvent } from '../../contracts/events.js';
import type { SessionRef } from '../../contracts/keys.js';

/** What has to be remembered of an event to find its objects; there may be hundreds of thousands. */
export interface AnnouncedFrame extends AnnouncedImage {
  variants: (AnnouncedImage & { width: number; height: number })[];
}

interface AnnouncedImage {
  url: string;
  sizeBytes: number;
  sha256: string;
}

export interface Announced {
  /** By slot: the first event of each. */
  frames: Map<number, AnnouncedFrame>;
  /** Slots that were announced with different pictures, which no consumer can tell apart by id. */
  doubled: Set<number>;
  /** Events that came again with the same picture. */
  repeated: number;
}

/** Clocks of brokers and hosts may differ by that much. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The frames of a session that the topic knows, from a time on or all. */
export async function readAnnounced(
  events: EventSource,
  session: SessionRef,
  sinceMs: number | undefined,
): Promise<Announced> {
  const announced: Announced = { frames: new Map(), doubled: new Set(), repeated: 0 };
  const since = sinceMs === undefined ? {} : { sinceMs: sinceMs - CLOCK_TOLERANCE_MS };
  for await (const { type, data } of events.read(TOPICS.frames, { key: session.streamId, ...since })) {
    const frame = type === FRAME_CAPTURED ? frameEventSchema.safeParse(data).data : undefined;
    if (frame?.sessionId === session.sessionId && frame.tenant === session.tenant) note(announced, frame);
  }
  return announced;
}

function note(announced: Announced, { slotMs, url, sizeBytes, sha256, variants }: FrameEvent): void {
  const first = announced.frames.get(slotMs);
  if (!first) announced.frames.set(slotMs, { url, sizeBytes, sha256, variants });
  else if (first.sha256 === sha256 && first.url === url) announced.repeated += 1;
  else announced.doubled.add(slotMs);
}

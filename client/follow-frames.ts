import { FRAME_CAPTURED, frameEventSchema, TOPICS, type FrameEvent, type ReelayEvent } from '../contracts/events.js';
import { DEFAULT_TENANT } from '../contracts/ids.js';
import type { Reelay } from './connect.js';
import type { StreamName } from './streams.js';

interface FollowOptions extends StreamName {
  /** Frames announced from this time on; else from now. Unix milliseconds. */
  sinceMs?: number;
  /** Ends at the newest frame instead of waiting for more. */
  isPast?: boolean;
  signal?: AbortSignal;
  /** Called with each event of the stream's key that is no frame of ours: it is left out. */
  onForeign?(event: Pick<ReelayEvent, 'id' | 'source' | 'type'>): void;
}

/** The frames of one stream as they are announced, once each however often the log repeats them. */
export async function* followFrames(
  reelay: Reelay,
  { streamId, tenant = DEFAULT_TENANT, sinceMs, isPast = false, signal, onForeign }: FollowOptions,
): AsyncGenerator<FrameEvent> {
  const { source } = await reelay.adapters();
  const seen = new Set<string>();
  const options = { key: streamId, sinceMs: sinceMs ?? Date.now(), follow: !isPast, ...(signal ? { signal } : {}) };
  for await (const { id, source: from, type, data } of source.read(TOPICS.frames, options)) {
    const frame = type === FRAME_CAPTURED ? frameEventSchema.safeParse(data).data : undefined;
    if (!frame) {
      onForeign?.({ id, source: from, type });
      continue;
    }
    if (frame.tenant !== tenant || seen.has(id)) continue;
    remember(seen, id);
    yield frame;
  }
}

/** Repeats come soon after the first, so a bounded memory of ids finds them. */
function remember(seen: Set<string>, id: string): void {
  const MOST = 10_000;
  seen.add(id);
  const [oldest] = seen;
  if (seen.size > MOST && oldest !== undefined) seen.delete(oldest);
}

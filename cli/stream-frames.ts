import { followFrames } from '../client/follow-frames.js';
import { redact } from '../contracts/redact.js';
import { FRAME_HEADINGS, frameLine } from './frame-line.js';
import { printJson } from './output.js';
import { withStores } from './sessions.js';

const PAST_MS = 3_600_000;

interface FramesFlags {
  tenant: string;
  json?: boolean;
  follow?: boolean;
  sinceMs?: number;
}

/** Prints a stream's frames, those of the last hour or, as they land, those from now on. */
export async function framesOf(
  streamId: string,
  { tenant, json = false, follow = false, sinceMs }: FramesFlags,
): Promise<void> {
  const interrupted = new AbortController();
  const stop = (): void => {
    interrupted.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  await withStores(async (reelay) => {
    if (!json) console.log(FRAME_HEADINGS);
    const from = sinceMs ?? (follow ? Date.now() : Date.now() - PAST_MS);
    for await (const frame of followFrames(reelay, {
      streamId,
      tenant,
      sinceMs: from,
      isPast: !follow,
      signal: interrupted.signal,
      onForeign: ({ id, source }) => {
        console.error(redact(`left out: the event ${JSON.stringify(id)} of ${JSON.stringify(source)} is no frame`));
      },
    })) {
      if (json) printJson(frame);
      else console.log(frameLine(frame, follow ? Date.now() : undefined));
    }
  });
  process.off('SIGINT', stop).off('SIGTERM', stop);
}

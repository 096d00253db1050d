import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stopStream } from '../client/streams.js';
import { problemOf } from '../contracts/errors.js';
import type { Scene, SceneStream } from './stage.js';

const STOP_WITHIN_MS = 120_000;
const DELIVER_WITHIN_MS = 60_000;
const POLL_MS = 200;

export interface StreamEnd extends SceneStream {
  stopAskedAtMs: number;
  /** Why it has not ended as it should. */
  fault?: string;
}

export const endStreams = (streams: readonly SceneStream[]): Promise<StreamEnd[]> =>
  Promise.all(
    streams.map(async (stream) => {
      const stopAskedAtMs = Date.now();
      const patience = new AbortController();
      const late = delay(STOP_WITHIN_MS, undefined, { signal: patience.signal }).then(() => {
        throw new Error(`no sealed session within ${STOP_WITHIN_MS / 1000} s of the stop`);
      });
      try {
        await Promise.race([stopStream(stream.reelay, { streamId: stream.streamId }), late]);
        return { ...stream, stopAskedAtMs };
      } catch (error) {
        const fault = `${stream.streamId}: ${problemOf(error)?.message ?? (error as Error).message}`;
        return { ...stream, stopAskedAtMs, fault };
      } finally {
        patience.abort();
        await late.catch(() => {}); // it was not needed, or has been told
      }
    }),
  );

/** What a worker that was killed has left in its spool is delivered after its restart, the session sealed or not. */
export async function awaitDelivered({ workers }: Scene): Promise<void> {
  const folders = Object.values(workers).map(({ home }) => join(home, 'spool', 'frames'));
  for (const endsAt = performance.now() + DELIVER_WITHIN_MS; ; await delay(POLL_MS)) {
    const waiting = (await Promise.all(folders.map(spooledIn))).reduce((sum, count) => sum + count, 0);
    if (waiting === 0) return;
    if (performance.now() > endsAt) throw new Error(`${waiting} frames are still in the spool`);
  }
}

async function spooledIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []); // a worker that captures nothing has none
  return names.filter((name) => name.endsWith('.frame')).length;
}

import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { Difference } from '../../contracts/audit.js';
import { frameKey, type SessionRef } from '../../contracts/keys.js';
import type { AnnouncedFrame } from './read-announced.js';

interface Checking {
  stores: readonly ObjectStore[];
  session: SessionRef;
  frames: ReadonlyMap<number, AnnouncedFrame>;
  onChecked(): void;
}

const READS_AT_ONCE = 16;

/** Reads the objects of these slots where their events say, a few at a time; answers what is wrong, by slot. */
export async function checkObjects(
  slots: readonly number[],
  { stores, session, frames, onChecked }: Checking,
): Promise<Map<number, Difference[]>> {
  const wrong = new Map<number, Difference[]>();
  const queue = new PQueue({ concurrency: READS_AT_ONCE });
  const failing = new AbortController();
  for (const slotMs of slots) {
    await queue.onSizeLessThan(READS_AT_ONCE);
    if (failing.signal.aborted) break;
    void queue
      .add(async () => {
        const frame = frames.get(slotMs);
        const found = frame ? await checkFrame(frame, { stores, session, slotMs }) : [];
        if (found.length > 0) wrong.set(slotMs, found);
        onChecked();
      })
      .catch((error: unknown) => {
        failing.abort(error);
      });
  }
  await queue.onIdle();
  failing.signal.throwIfAborted();
  return wrong;
}

async function checkFrame(
  frame: AnnouncedFrame,
  { stores, session, slotMs }: { stores: readonly ObjectStore[]; session: SessionRef; slotMs: number },
): Promise<Difference[]> {
  const images = [
    { ...frame, key: frameKey(session, { slotMs }) },
    ...frame.variants.map((variant) => ({ ...variant, key: frameKey(session, { slotMs, size: variant }) })),
  ];
  const checks = images.map(async ({ key, url, sha256, sizeBytes }): Promise<Difference[]> => {
    const store = stores.find((each) => each.url(key) === url);
    if (!store) return [{ kind: 'wrong-url', slotMs, key }];
    const object = await store.get(key);
    if (!object) return [{ kind: 'missing-object', slotMs, key }];
    const isSame = object.sizeBytes === sizeBytes && createHash('sha256').update(object.body).digest('hex') === sha256;
    return isSame ? [] : [{ kind: 'wrong-hash', slotMs, key }];
  });
  return (await Promise.all(checks)).flat();
}

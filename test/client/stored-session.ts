import { join } from 'node:path';
import { eventOf } from '../../activities/frames/frame.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { verifyStream } from '../../client/verify-stream.js';
import { deadLetterEvent } from '../../contracts/dead-letter.js';
import { letterIdOf, type FrameLetter } from '../../contracts/frame-letter.js';
import { TOPICS } from '../../contracts/events.js';
import { frameKey, ledgerKey, sessionLedgerKey } from '../../contracts/keys.js';
import type { LedgerPart } from '../../contracts/ledger.js';
import { frameAt, imageOf, SESSION, T0 } from '../activities/capture/frames.js';
import { reelayOf } from '../harness/reelay-of.js';

export type StoredSession = ReturnType<typeof storedSession>;

interface VerifyOptions {
  stores?: readonly [ObjectStore, ...ObjectStore[]];
  onProgress?(progress: { checked: number; of: number }): void;
}

/** A session in folders, to be robbed and doubled. Slots are counted from `T0` in seconds. */
export function storedSession(folder: string) {
  const store = fileObjectStore({ folder: join(folder, 'store') });
  const backup = fileObjectStore({ folder: join(folder, 'backup') });
  const log = { folder: join(folder, 'events') };
  const [sink, source] = [fileEventSink(log), fileEventSource(log)];

  const session = {
    store,
    backup,
    sink,
    source,
    reelay: reelayOf({ stores: [store, backup], source }),
    /** The pictures of slots, in the store and announced. */
    async frames(slots: readonly number[]): Promise<void> {
      for (const slot of slots) {
        await session.object(slot);
        await session.event(slot);
      }
    },
    object: (slot: number, { text = String(slot), at = store } = {}): Promise<unknown> =>
      at.put(keyOf(slot), imageOf(text), { contentType: 'image/jpeg' }),
    event(slot: number, { text = String(slot), at = store, isLate = false } = {}): Promise<void> {
      const frame = frameAt(T0 + slot * 1000, [imageOf(text)]);
      const event = eventOf(frame, { attempt: 1, isLate, url: (key) => at.url(key) });
      return sink.publish(TOPICS.frames, { key: SESSION.streamId, event });
    },
    letter(slot: number): Promise<void> {
      const event = deadLetterEvent(letterOf(slot));
      return sink.publish(TOPICS.deadLetters, { key: SESSION.streamId, event });
    },
    part: (part: LedgerPart): Promise<unknown> => put(ledgerKey(SESSION, part.epoch), part),
    async seal(...parts: LedgerPart[]): Promise<void> {
      for (const part of parts) await session.part(part);
      await put(sessionLedgerKey(SESSION), { version: 1, ...SESSION, parts });
    },
    verify: ({ stores = [store, backup] as const, ...options }: VerifyOptions = {}) =>
      verifyStream(reelayOf({ stores, source }), { ...SESSION, ...options }),
    async close(): Promise<void> {
      await Promise.all([sink.close(), source.close(), store.close(), backup.close()]);
    },
  };
  return session;

  function put(key: string, document: unknown): Promise<unknown> {
    return store.put(key, Buffer.from(JSON.stringify(document)), { contentType: 'application/json' });
  }
}

export const keyOf = (slot: number): string => frameKey(SESSION, { slotMs: T0 + slot * 1000 });

export function letterOf(slot: number, change: Partial<FrameLetter> = {}): FrameLetter {
  const image = imageOf(String(slot));
  const frame = frameAt(T0 + slot * 1000, [image]);
  return {
    letterId: letterIdOf(frame),
    kind: 'frame',
    disposition: 'exhausted',
    code: 'store-unreachable',
    message: 'the store is switched off',
    stage: 'store',
    attempts: 5,
    redrives: 0,
    host: 'a',
    frame,
    firstFailedAtMs: frame.slotMs + 500,
    lastFailedAtMs: frame.slotMs + 60_500,
    content: { at: 'letter', images: [image.toString('base64')] },
    ...change,
  };
}

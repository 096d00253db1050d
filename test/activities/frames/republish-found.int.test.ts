import assert from 'node:assert/strict';
import { join } from 'node:path';
import { eventOf } from '../../../activities/frames/frame.js';
import { metadataOf } from '../../../activities/frames/frame-metadata.js';
import { republishFound } from '../../../activities/frames/republish-found.js';
import type { EventSink } from '../../../adapters/event-log/event-log.js';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { frameEventSchema, type FrameEvent, type ReelayEvent } from '../../../contracts/events.js';
import { frameKey } from '../../../contracts/keys.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';

describe('frames that are announced from their objects', () => {
  const folder = useTempFolder();
  const opened: EventSink[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((sink) => sink.close())));

  /** A store with frames as a delivery puts them, and a log that knows of none. */
  async function open(slots: Record<number, Buffer[]>) {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    const first = fileEventSink({ folder: join(folder(), 'first') });
    for (const [slotMs, images] of Object.entries(slots)) {
      const frame = frameAt(Number(slotMs), images);
      for (const [index, image] of frame.images.entries())
        await store.put(image.key, images[index]!, { contentType: 'image/jpeg', metadata: metadataOf(frame, image) });
      const event = eventOf(frame, { attempt: 1, isLate: false, url: (key) => store.url(key) });
      await first.publish('reelay.frames', { key: SESSION.streamId, event });
    }
    const events = fileEventSink({ folder: join(folder(), 'again') });
    opened.push(first, events);
    const republish = (wanted: number[]) => republishFound({ store, events, session: SESSION, slots: wanted });
    return { store, republish, first: () => framesIn('first'), again: () => framesIn('again') };
  }

  async function framesIn(log: string): Promise<ReelayEvent<FrameEvent>[]> {
    const read: ReelayEvent<FrameEvent>[] = [];
    for await (const event of fileEventSource({ folder: join(folder(), log) }).read('reelay.frames', {}))
      read.push({ ...event, data: frameEventSchema.parse(event.data) });
    return read;
  }

  it('are the same events, but late', async () => {
    const images = [imageOf('a'), imageOf('b'), imageOf('c')];
    const { republish, first, again } = await open({ [T0]: images, [T0 + 1000]: [imageOf('d')] });
    assert.deepEqual(await republish([T0 + 1000, T0]), [T0, T0 + 1000]);
    const bySlot = (a: ReelayEvent<FrameEvent>, b: ReelayEvent<FrameEvent>): number => a.data.slotMs - b.data.slotMs;
    assert.deepEqual(
      (await again()).sort(bySlot),
      (await first()).map((event) => ({ ...event, data: { ...event.data, late: true } })),
    );
  });

  it('are those whose images are all there, and no others', async () => {
    const { store, republish, again } = await open({ [T0]: [imageOf('a'), imageOf('b')] });
    const size = { width: 64, height: 64 };
    const lacking = frameKey(SESSION, { slotMs: T0 + 1000 });
    const whole = await store.get(frameKey(SESSION, { slotMs: T0 }));
    await store.put(lacking, whole!.body, whole!);
    await store.put(frameKey(SESSION, { slotMs: T0 + 2000 }), imageOf('c'), { contentType: 'image/jpeg' });
    await store.put(frameKey(SESSION, { slotMs: T0 + 3000, size }), imageOf('d'), { contentType: 'image/jpeg' });
    assert.deepEqual(await republish([T0 + 1000, T0 + 2000, T0 + 3000, T0 + 4000]), []);
    assert.deepEqual(await again(), []);
  });
});

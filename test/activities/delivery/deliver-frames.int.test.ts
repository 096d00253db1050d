import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { frameEventSchema, TOPICS, type FrameEvent, type ReelayEvent } from '../../../contracts/events.js';
import { frameKey, latestKey } from '../../../contracts/keys.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { eventually } from '../../harness/eventually.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';
import { createCounter, switchableSink, switchableStore, type Counter, type Switch } from '../capture/switchable.js';
import { openRig, type Rig } from './rig.js';
import type { Outcome } from '../../../activities/delivery/parcel.js';

interface Bench extends Rig {
  store: ObjectStore;
  storeSwitch: Switch;
  eventSwitch: Switch;
  /** Frames written to the spool. */
  writes: Counter;
  deliver(slotMs: number, images?: Buffer[]): Promise<Outcome>;
}

describe('the delivery of frames', () => {
  const images = [imageOf('frame'), imageOf('variant')];
  let closers: (() => Promise<void>)[] = [];

  async function open({ maxBytes = 1e6, concurrency = 4, keeps = false } = {}): Promise<Bench> {
    const files = fileObjectStore({ folder: join(folder(), 'store') });
    const sink = fileEventSink({ folder: join(folder(), 'events') });
    const { store, control: storeSwitch } = switchableStore(files);
    const { events, control: eventSwitch } = switchableSink(sink, { keeps });
    const rig = await openRig({ folder: folder(), store, events, maxBytes, concurrency });
    const { delivery, spool } = rig;
    const writes = createCounter();
    const { write } = spool;
    spool.write = async (frame, parts) => {
      const spooled = await write(frame, parts);
      writes.add();
      return spooled;
    };
    closers.push(async () => {
      await rig.close();
      await files.close();
      await sink.close();
    });
    const deliver = (slotMs: number, of = images) =>
      delivery.deliver(frameAt(slotMs, of), { images: of, onAttempt: () => undefined });
    return { ...rig, store, storeSwitch, eventSwitch, writes, deliver };
  }

  async function published(): Promise<(ReelayEvent & { data: FrameEvent })[]> {
    const source = fileEventSource({ folder: join(folder(), 'events') });
    const found: (ReelayEvent & { data: FrameEvent })[] = [];
    for await (const event of source.read(TOPICS.frames, {}))
      found.push({ ...event, data: frameEventSchema.parse(event.data) });
    await source.close();
    return found;
  }

  afterEach(async () => {
    await Promise.all(closers.map((close) => close()));
    closers = [];
  });
  // After the hook above, which ends what still writes to it.
  const folder = useTempFolder();

  it('ends with whole objects, one event that names them, and an empty spool', async () => {
    const { deliver, store, spool } = await open();
    assert.equal(await deliver(T0), 'stored');
    const [event, ...more] = await published();
    assert.ok(event && more.length === 0);
    const variant = frameKey(SESSION, { slotMs: T0, size: { width: 64, height: 64 } });
    for (const [key, image, told] of [
      [frameKey(SESSION, { slotMs: T0 }), images[0]!, event.data],
      [variant, images[1]!, event.data.variants[0]!],
    ] as const) {
      const object = await store.get(key);
      assert.deepEqual(object?.body, image);
      assert.equal(object?.contentType, 'image/jpeg');
      assert.equal(object?.metadata['sha256'], createHash('sha256').update(image).digest('hex'));
      assert.deepEqual(told.url, store.url(key));
      assert.deepEqual(told.sha256, object?.metadata['sha256']);
    }
    assert.equal(event.data.attempt, 1);
    assert.equal(event.data.late, false);
    assert.equal(spool.usedBytes, 0);
  });

  it('waits for the store to come back, and tells how often it tried', async () => {
    const { deliver, storeSwitch, spool } = await open();
    storeSwitch.isDown = true;
    const delivering = deliver(T0);
    await storeSwitch.failures.reached(4);
    assert.ok(spool.usedBytes > 0);
    assert.deepEqual(await published(), []);
    storeSwitch.isDown = false;
    assert.equal(await delivering, 'stored');
    const [event] = await published();
    assert.ok(event && event.data.attempt >= 3);
    assert.equal(spool.usedBytes, 0);
  });

  it('publishes again what was not acknowledged, under the same id', async () => {
    const { deliver, eventSwitch, store } = await open({ keeps: true });
    eventSwitch.isDown = true;
    const delivering = deliver(T0);
    await eventSwitch.failures.reached(2);
    assert.ok(await store.get(frameKey(SESSION, { slotMs: T0 })));
    eventSwitch.isDown = false;
    await delivering;
    const events = await published();
    assert.ok(events.length >= 3);
    assert.equal(new Set(events.map(({ id }) => id)).size, 1);
  });

  it('reports life at each attempt that fails', async () => {
    const { delivery, storeSwitch, problems } = await open();
    storeSwitch.isDown = true;
    const attempts = createCounter();
    const onAttempt = (): void => {
      attempts.add();
    };
    const delivering = delivery.deliver(frameAt(T0, images), { images, onAttempt });
    await attempts.reached(2);
    assert.ok(problems.count >= 1);
    storeSwitch.isDown = false;
    await delivering;
  });

  it('leaves in the spool what it could not deliver when it closes; the next process delivers it as late', async () => {
    const { deliver, storeSwitch, closing, spool } = await open({ concurrency: 1 });
    storeSwitch.isDown = true;
    const deliveries = [T0, T0 + 1000].map((slotMs) => assert.rejects(deliver(slotMs)));
    await storeSwitch.failures.reached(1);
    closing.abort();
    await Promise.all(deliveries);
    await spool.close();
    const next = await open();
    assert.equal(await next.leftovers, 2);
    assert.equal(next.spool.usedBytes, 0);
    const events = await published();
    assert.deepEqual(events.map(({ data }) => [data.slotMs, data.late]).sort(), [
      [T0, true],
      [T0 + 1000, true],
    ]);
    assert.equal(await next.delivery.deliverLeftovers(), 0);
  });

  it('sheds the frame that has waited longest where the spool is full', async () => {
    const image = [Buffer.alloc(1000, 1)];
    const { deliver, storeSwitch, spool, writes } = await open({ maxBytes: 5000, concurrency: 1 });
    storeSwitch.isDown = true;
    const first = deliver(T0, image);
    await storeSwitch.failures.reached(1);
    const outcomes: Promise<Outcome>[] = [];
    for (let index = 1; index <= 6; index++) {
      const outcome = deliver(T0 + index * 1000, image);
      outcomes.push(outcome);
      await Promise.race([outcome, writes.reached(index + 1)]);
    }
    assert.ok(spool.usedBytes <= 5000 + 1000, `${spool.usedBytes} bytes`);
    storeSwitch.isDown = false;
    const settled = await Promise.all([first, ...outcomes]);
    assert.equal(settled[0], 'stored', 'a frame that is on its way is not shed');
    assert.equal(settled.at(-1), 'stored', 'the newest is kept');
    assert.ok(settled.includes('shed'));
    assert.equal(settled.lastIndexOf('shed') < settled.indexOf('stored', 1), true, 'the oldest are shed');
    const storedSlots = settled.flatMap((outcome, index) => (outcome === 'stored' ? [T0 + index * 1000] : []));
    assert.deepEqual((await published()).map(({ data }) => data.slotMs).sort(), storedSlots);
    assert.equal(spool.usedBytes, 0);
  });

  it('sheds a frame that is larger than the spool', async () => {
    const { deliver } = await open({ maxBytes: 10 });
    assert.equal(await deliver(T0), 'shed');
  });

  it('delivers from memory what the spool does not take, tells it, and spools again when it can', async () => {
    const { deliver, spool, problems, writes } = await open();
    const blocker = join(folder(), 'spool', 'frames', SESSION.tenant);
    writeFileSync(blocker, '');
    assert.equal(await deliver(T0), 'stored');
    assert.equal(problems.count, 1);
    rmSync(blocker);
    assert.equal(await deliver(T0 + 1000), 'stored');
    assert.equal(writes.count, 1);
    assert.equal(spool.usedBytes, 0);
    assert.equal((await published()).length, 2);
  });

  it('holds no more in memory than its bound, and sheds the rest', async () => {
    const { deliver, storeSwitch } = await open({ maxBytes: 1e9 });
    writeFileSync(join(folder(), 'spool', 'frames', SESSION.tenant), '');
    storeSwitch.isDown = true;
    const large = [Buffer.alloc(20 * 1024 * 1024)];
    const first = deliver(T0, large);
    await storeSwitch.failures.reached(1);
    assert.equal(await deliver(T0 + 1000, large), 'shed');
    storeSwitch.isDown = false;
    assert.equal(await first, 'stored');
  });

  describe('keeps the newest picture under one key', () => {
    const latest = ({ store }: Bench) => store.get(latestKey(SESSION));
    const latestIs = (bench: Bench, slotMs: number) =>
      eventually(async () => (await latest(bench))?.metadata['slot-ms'] === String(slotMs) || undefined, {
        withinMs: 5000,
        everyMs: 10,
        what: `latest of slot ${slotMs}`,
      });

    it('which never goes back, in whatever order frames arrive', async () => {
      const bench = await open();
      await bench.deliver(T0 + 5000, [imageOf('newest')]);
      await latestIs(bench, T0 + 5000);
      await bench.deliver(T0 + 1000, [imageOf('older')]);
      await Promise.all([T0 + 4000, T0 + 3000, T0 + 6000].map((slotMs) => bench.deliver(slotMs, [imageOf('x')])));
      await latestIs(bench, T0 + 6000);
      assert.deepEqual((await latest(bench))?.body, imageOf('x'));
    });

    it('which leftovers do not touch', async () => {
      const before = await open();
      before.storeSwitch.isDown = true;
      const delivering = assert.rejects(before.deliver(T0));
      await before.storeSwitch.failures.reached(1);
      before.closing.abort();
      await delivering;
      await before.spool.close();
      const bench = await open();
      await bench.leftovers;
      assert.equal(await latest(bench), undefined);
    });
  });
});

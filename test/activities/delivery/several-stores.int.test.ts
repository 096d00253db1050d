import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { frameEventSchema, TOPICS, type FrameEvent } from '../../../contracts/events.js';
import { frameKey } from '../../../contracts/keys.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';
import { switchableSink, switchableStore } from '../capture/switchable.js';
import { openRig, type RigStart } from './rig.js';

const KEY = frameKey(SESSION, { slotMs: T0 });

describe('a frame with more than one way to go', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  // After the hook above, which ends what still writes to it.
  const folder = useTempFolder();

  /** A host of its own, on the same bucket and event log as the others. */
  async function openHost(name: string, change: Partial<RigStart> = {}) {
    const sink = fileEventSink({ folder: join(folder(), 'events') });
    const { store, control: storeSwitch } = switchableStore(fileObjectStore({ folder: join(folder(), 'store') }));
    const { events, control: eventSwitch } = switchableSink(sink);
    const rig = await openRig({ folder: join(folder(), name), store, events, ...change });
    closers.push(async () => {
      await rig.close();
      await sink.close();
    });
    const deliver = (slotMs: number, text: string) => {
      const images = [imageOf(text), imageOf(`${text}, small`)];
      return rig.delivery.deliver(frameAt(slotMs, images), { images, onAttempt: () => undefined });
    };
    return { ...rig, deliver, store, storeSwitch, eventSwitch };
  }

  async function published(): Promise<FrameEvent[]> {
    const source = fileEventSource({ folder: join(folder(), 'events') });
    const found: FrameEvent[] = [];
    for await (const { data } of source.read(TOPICS.frames, {})) found.push(frameEventSchema.parse(data));
    return found;
  }
  const textAt = async (store: ObjectStore, key = KEY): Promise<string | undefined> =>
    (await store.get(key))?.body.toString();

  it('belongs to the host that stored its slot first; a second one changes and announces nothing', async () => {
    const [first, second] = [await openHost('first'), await openHost('second')];
    assert.equal(await first.deliver(T0, 'of the first'), 'stored');
    assert.equal(await second.deliver(T0, 'of the second'), 'stored');
    const events = await published();
    assert.equal(events.length, 1);
    assert.equal(await textAt(first.store), imageOf('of the first').toString());
    const variant = frameKey(SESSION, { slotMs: T0, size: { width: 64, height: 64 } });
    assert.equal(await textAt(first.store, variant), imageOf('of the first, small').toString());
    assert.equal(second.spool.usedBytes, 0);
  });

  it('is announced once by one host, with its own images, where two serve a slot at the same time', async () => {
    const hosts = [await openHost('first'), await openHost('second')];
    const slots = Array.from({ length: 50 }, (_, index) => T0 + index * 1000);
    await Promise.all(hosts.flatMap(({ deliver }, host) => slots.map((slotMs) => deliver(slotMs, `host ${host}`))));
    const events = await published();
    assert.deepEqual(events.map(({ slotMs }) => slotMs).sort(), slots);
    for (const { slotMs, sha256, variants } of events) {
      for (const [image, size] of [
        [sha256, {}],
        [variants[0]?.sha256, { size: { width: 64, height: 64 } }],
      ] as const) {
        const stored = await hosts[0]!.store.head(frameKey(SESSION, { slotMs, ...size }));
        assert.equal(stored?.metadata['sha256'], image);
      }
    }
  });

  it('goes on to its event where an earlier try had stored it', async () => {
    const { deliver, eventSwitch, storeSwitch } = await openHost('first');
    eventSwitch.isDown = true;
    const delivering = deliver(T0, 'picture');
    await eventSwitch.failures.reached(1);
    eventSwitch.isDown = false;
    await delivering;
    storeSwitch.isDown = false;
    assert.equal(await deliver(T0, 'picture'), 'stored');
    assert.equal((await published()).length, 2, 'a repeated event has the same id');
  });

  describe('and a backup store', () => {
    const openWithBackup = async (backupAfterMs: number) => {
      const files = fileObjectStore({ folder: join(folder(), 'backup') });
      const { store: backup, control: backupSwitch } = switchableStore(files);
      return { ...(await openHost('first', { backup, backupAfterMs })), backup, backupSwitch };
    };

    it('goes there once the store has been away for a while, and its event says so', async () => {
      const { deliver, storeSwitch, backup, store } = await openWithBackup(100);
      storeSwitch.isDown = true;
      const startedAtMs = performance.now();
      assert.equal(await deliver(T0, 'picture'), 'stored');
      assert.ok(performance.now() - startedAtMs >= 100);
      const [event] = await published();
      assert.equal(event?.url, backup.url(KEY));
      assert.deepEqual(await textAt(backup), imageOf('picture').toString());
      assert.equal(await textAt(store), undefined);
    });

    it('goes to the store again as soon as that is seen to work', async () => {
      const { deliver, storeSwitch, store, storeBreaker } = await openWithBackup(50);
      storeSwitch.isDown = true;
      await deliver(T0, 'picture');
      storeSwitch.isDown = false;
      let slotMs = T0;
      while (storeBreaker.openForMs > 0) await deliver((slotMs += 1000), 'picture');
      await deliver(slotMs + 1000, 'picture');
      const events = await published();
      assert.equal(events.at(-1)?.url, store.url(frameKey(SESSION, { slotMs: slotMs + 1000 })));
      assert.ok(slotMs < T0 + 200_000);
    });

    it('waits for whichever is back first where both are away', async () => {
      const { deliver, storeSwitch, backupSwitch, store } = await openWithBackup(10);
      storeSwitch.isDown = backupSwitch.isDown = true;
      const delivering = deliver(T0, 'picture');
      await backupSwitch.failures.reached(4);
      storeSwitch.isDown = false;
      assert.equal(await delivering, 'stored');
      assert.equal((await published())[0]?.url, store.url(KEY));
    });

    it('is no dead letter because the backup denies it while the store is away', async () => {
      const { deliver, storeSwitch, backupSwitch, store } = await openWithBackup(10);
      storeSwitch.isDown = backupSwitch.isDown = true;
      backupSwitch.code = 'store-denied';
      const delivering = deliver(T0, 'picture');
      await backupSwitch.failures.reached(6);
      storeSwitch.isDown = false;
      assert.equal(await delivering, 'stored');
      assert.equal((await published())[0]?.url, store.url(KEY));
    });

    it('is a dead letter where both deny it', async () => {
      const { deliver, storeSwitch, backupSwitch } = await openWithBackup(10);
      storeSwitch.isDown = backupSwitch.isDown = true;
      storeSwitch.code = backupSwitch.code = 'store-denied';
      assert.equal(await deliver(T0, 'picture'), 'dead-lettered');
    });

    it('stays with the store where that is away for a moment only', async () => {
      const { deliver, storeSwitch, backup } = await openWithBackup(60_000);
      storeSwitch.isDown = true;
      const delivering = deliver(T0, 'picture');
      await storeSwitch.failures.reached(5);
      storeSwitch.isDown = false;
      await delivering;
      assert.equal(await textAt(backup), undefined);
    });
  });
});

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../../activities/delivery/parcel.js';
import { fileEventSink } from '../../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { frameLetterSchema, letterIdOf, type FrameLetter } from '../../../contracts/frame-letter.js';
import { MAX_INLINE_BYTES } from '../../../contracts/letter-fields.js';
import { TOPICS, type Topic } from '../../../contracts/events.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { eventually } from '../../harness/eventually.js';
import { frameAt, imageOf, SESSION, T0 } from '../capture/frames.js';
import { switchableSink, switchableStore } from '../capture/switchable.js';
import { openRig, type RigStart } from './rig.js';

describe('a frame that cannot be delivered', () => {
  const images = [imageOf('frame'), imageOf('variant')];
  const letterId = letterIdOf({ session: SESSION, slotMs: T0 });
  let closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  // After the hook above, which ends what still writes to it.
  const folder = useTempFolder();

  async function open({ deaf, ...change }: Partial<RigStart> & { deaf?: Topic } = {}) {
    const sink = fileEventSink({ folder: join(folder(), 'events') });
    const { store, control: storeSwitch } = switchableStore(fileObjectStore({ folder: join(folder(), 'store') }));
    const { events, control: eventSwitch } = switchableSink(sink, { fails: (topic) => !deaf || topic === deaf });
    const rig = await openRig({ folder: folder(), store, events, ...change });
    const close = async (): Promise<void> => {
      await rig.close();
      await sink.close();
    };
    closers.push(close);
    const deliver = (slotMs: number, of: Buffer[] = images): Promise<Outcome> =>
      rig.delivery.deliver(frameAt(slotMs, of), { images: of, onAttempt: () => undefined });
    return { ...rig, close, store, storeSwitch, eventSwitch, deliver };
  }

  async function letters(): Promise<FrameLetter[]> {
    const source = fileEventSource({ folder: join(folder(), 'events') });
    const found: FrameLetter[] = [];
    for await (const { data } of source.read(TOPICS.deadLetters, {})) found.push(frameLetterSchema.parse(data));
    return found;
  }
  const lettersCome = (count: number): Promise<FrameLetter[]> =>
    eventually(async () => ((found) => (found.length >= count ? found : undefined))(await letters()), {
      withinMs: 5000,
      everyMs: 20,
      what: `${count} letters`,
    });
  const deadFiles = (): string[] =>
    readdirSync(join(folder(), 'spool', 'dead'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:frame|letter|sent)$/.test(name),
    );
  const noDeadFiles = () =>
    eventually(() => (deadFiles().length === 0 ? true : undefined), {
      withinMs: 5000,
      everyMs: 10,
      what: 'no dead files',
    });

  it('is a letter with its bytes inside where the store denies it, after a few tries', async () => {
    const { deliver, storeSwitch, spool } = await open();
    storeSwitch.code = 'store-denied';
    storeSwitch.isDown = true;
    assert.equal(await deliver(T0), 'dead-lettered');
    const [letter] = await lettersCome(1);
    assert.deepEqual(letter?.letterId, letterId);
    assert.equal(letter?.disposition, 'rejected');
    assert.equal(letter?.code, 'store-denied');
    assert.equal(letter?.stage, 'store');
    assert.equal(letter?.host, 'here');
    assert.equal(letter?.redrives, 0);
    assert.ok(letter?.content.at === 'letter');
    assert.deepEqual(
      letter.content.images.map((image) => Buffer.from(image, 'base64')),
      images,
    );
    assert.deepEqual(letter.frame, frameAt(T0, images));
    await noDeadFiles();
    assert.equal(spool.usedBytes, 0);
  });

  it('costs a destination that denies no storm, and none of the next frames a wait', async () => {
    const { deliver, storeSwitch } = await open();
    storeSwitch.code = 'store-denied';
    storeSwitch.isDown = true;
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, index) => deliver(T0 + index * 1000)));
    assert.deepEqual(new Set(outcomes), new Set(['dead-lettered']));
    assert.ok(storeSwitch.failures.count < 40, `${storeSwitch.failures.count} puts`);
    assert.equal((await lettersCome(200)).length, 200);
    storeSwitch.isDown = false;
    for (let turn = 1; (await deliver(T0 - turn * 1000)) !== 'stored'; turn += 1) assert.ok(turn < 100);
  });

  it('is poison at once where the store refuses this one object; others go on', async () => {
    const { deliver, storeSwitch } = await open();
    storeSwitch.code = 'object-refused';
    storeSwitch.isDown = true;
    assert.equal(await deliver(T0), 'dead-lettered');
    assert.equal(storeSwitch.failures.count, 1);
    storeSwitch.isDown = false;
    assert.equal(await deliver(T0 + 1000), 'stored');
    assert.equal((await lettersCome(1))[0]?.disposition, 'poison');
  });

  it('is exhausted after its time, not before', async () => {
    const { deliver, storeSwitch } = await open({ maxAgeMs: 300 });
    storeSwitch.isDown = true;
    const startedAtMs = performance.now();
    assert.equal(await deliver(T0), 'dead-lettered');
    assert.ok(performance.now() - startedAtMs >= 300);
    const [letter] = await lettersCome(1);
    assert.equal(letter?.disposition, 'exhausted');
    assert.equal(letter?.code, 'store-unreachable');
    assert.ok(letter!.attempts >= 1 && letter!.lastFailedAtMs >= letter!.firstFailedAtMs);
  });

  it('is a letter that points to the store where only the event is refused', async () => {
    const { deliver, eventSwitch } = await open({ deaf: TOPICS.frames });
    eventSwitch.code = 'events-denied';
    eventSwitch.isDown = true;
    assert.equal(await deliver(T0), 'dead-lettered');
    const [letter] = await lettersCome(1);
    assert.equal(letter?.stage, 'events');
    assert.equal(letter?.disposition, 'rejected');
    assert.deepEqual(letter?.content, { at: 'store', isBackup: false });
    await noDeadFiles();
  });

  it('is poison where its file was changed on disk', async () => {
    const { deliver, storeSwitch, storeBreaker } = await open({ concurrency: 1 });
    storeSwitch.isDown = true;
    const delivering = deliver(T0);
    await storeSwitch.failures.reached(1);
    const session = join(folder(), 'spool', 'frames', SESSION.tenant, SESSION.streamId, SESSION.sessionId);
    const path = join(session, readdirSync(session)[0]!);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.at(-1)! ^ 1, bytes.length - 1);
    writeFileSync(path, bytes);
    storeSwitch.isDown = false;
    assert.equal(await delivering, 'dead-lettered');
    const [letter] = await lettersCome(1);
    assert.equal(letter?.code, 'spool-corrupt');
    assert.equal(letter?.stage, 'spool');
    assert.equal(letter?.content.at, 'spool');
    assert.equal(await deliver(T0 + 1000), 'stored');
    assert.equal(storeBreaker.openForMs, 0);
  });

  it('keeps many bytes on this host, where a redrive finds them until it has removed them', async () => {
    const large = [Buffer.alloc(MAX_INLINE_BYTES + 1, 7)];
    const { deliver, storeSwitch, dead } = await open();
    storeSwitch.code = 'object-refused';
    storeSwitch.isDown = true;
    await deliver(T0, large);
    assert.deepEqual((await lettersCome(1))[0]?.content, { at: 'spool' });
    assert.deepEqual(await dead.read(letterId), large);
    assert.ok(dead.usedBytes > MAX_INLINE_BYTES);
    await dead.remove(letterId);
    assert.equal(await dead.read(letterId), undefined);
    assert.equal(dead.usedBytes, 0);
    assert.deepEqual(deadFiles(), []);
  });

  it('waits on disk while the log takes no letters, and goes out later by itself, after a restart too', async () => {
    const first = await open();
    first.storeSwitch.code = 'object-refused';
    first.storeSwitch.isDown = first.eventSwitch.isDown = true;
    assert.equal(await first.deliver(T0), 'dead-lettered');
    await first.eventSwitch.failures.reached(1);
    assert.deepEqual(await first.dead.read(letterId), images);
    await first.close();
    closers = [];
    assert.deepEqual(await letters(), []);
    await open();
    assert.equal((await lettersCome(1))[0]?.content.at, 'letter');
    await noDeadFiles();
  });

  it('goes out once a topic that was missing is there', async () => {
    const { deliver, storeSwitch, eventSwitch } = await open({ deaf: TOPICS.deadLetters });
    storeSwitch.code = 'object-refused';
    eventSwitch.code = 'events-denied';
    storeSwitch.isDown = eventSwitch.isDown = true;
    assert.equal(await deliver(T0), 'dead-lettered');
    await eventSwitch.failures.reached(4);
    eventSwitch.isDown = false;
    await lettersCome(1);
    await noDeadFiles();
  });

  it('is shed where dead letters fill their share of the spool, or cannot be written', async () => {
    const { deliver, storeSwitch, eventSwitch } = await open({ maxBytes: 10_000 });
    storeSwitch.code = 'object-refused';
    storeSwitch.isDown = eventSwitch.isDown = true;
    const image = [Buffer.alloc(1000, 3)];
    const outcomes: Outcome[] = [];
    for (let index = 0; index < 6; index += 1) outcomes.push(await deliver(T0 + index * 1000, image));
    assert.equal(outcomes[0], 'dead-lettered');
    assert.equal(outcomes.at(-1), 'shed');
    rmSync(join(folder(), 'spool', 'dead'), { recursive: true });
    writeFileSync(join(folder(), 'spool', 'dead'), '');
    assert.equal(await deliver(T0 - 1000, image), 'shed');
    rmSync(join(folder(), 'spool', 'dead'));
  });
});

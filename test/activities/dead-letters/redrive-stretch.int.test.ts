import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { LetterPlace, RedriveDeps } from '../../../activities/dead-letters/kinds/letter-work.js';
import { redriveStretch } from '../../../activities/dead-letters/redrive-stretch.js';
import { deadLetterEvent } from '../../../contracts/dead-letter.js';
import type { FrameLetter } from '../../../contracts/frame-letter.js';
import { fault, problemOf } from '../../../contracts/errors.js';
import { frameEventSchema, TOPICS, type FrameEvent } from '../../../contracts/events.js';
import type { RedriveStretch, StretchResult } from '../../../contracts/redrive.js';
import { listDeadLetters } from '../../../client/dead-letters.js';
import { keyOf, letterOf, storedSession, type StoredSession } from '../../client/stored-session.js';
import { ofFrames } from '../../contracts/of-frames.js';
import { LETTERS_IN_STRETCH } from '../../../workflows/policies.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { imageOf, SESSION, T0 } from '../capture/frames.js';
import { switchableSink, switchableStore } from '../capture/switchable.js';

const BEFORE_MS = T0 + 3_600_000;
const IN_LETTER: LetterPlace = {
  holds: (letter) => letter.kind !== 'frame' || letter.content.at !== 'spool',
  bytes: async ({ content }) =>
    content.at === 'letter' ? content.images.map((image) => Buffer.from(image, 'base64')) : undefined,
  release: async () => undefined,
};

describe('a stretch of a redrive', () => {
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  const record = (letter: FrameLetter): Promise<void> =>
    session.sink.publish(TOPICS.deadLetters, { key: SESSION.streamId, event: deadLetterEvent(letter) });

  interface Run extends Partial<RedriveStretch> {
    deps?: Partial<RedriveDeps>;
    place?: LetterPlace;
    signal?: AbortSignal;
    onProgress?(): void;
  }

  function redrive({
    deps,
    place = IN_LETTER,
    signal,
    onProgress = () => undefined,
    ...stretch
  }: Run = {}): Promise<StretchResult> {
    return redriveStretch(
      {
        stores: [session.store, session.backup],
        events: session.sink,
        source: session.source,
        records: session.sink,
        restartTask: async () => undefined,
        ...deps,
      },
      {
        ...{ place, stretch: { beforeMs: BEFORE_MS, maxRedrives: 5, limit: 100, ...stretch } },
        running: { signal: signal ?? new AbortController().signal, onProgress },
      },
    );
  }

  async function framesAnnounced(): Promise<FrameEvent[]> {
    const frames: FrameEvent[] = [];
    for await (const { data } of session.source.read(TOPICS.frames, {})) frames.push(frameEventSchema.parse(data));
    return frames.sort((a, b) => a.slotMs - b.slotMs);
  }

  const open = async (): Promise<[number, number][]> =>
    ofFrames((await listDeadLetters(session.reelay)).letters).map(({ frame, redrives }) => [
      (frame.slotMs - T0) / 1000,
      redrives,
    ]);

  it('stores and announces each frame, late, and closes its letter', async () => {
    for (const slot of [1, 2, 3]) await session.letter(slot);
    const { tally, left } = await redrive();
    assert.deepEqual(tally, { stored: 3, alreadyStored: 0, restarted: 0, failed: 0 });
    assert.equal(left, 0);
    const frames = await framesAnnounced();
    assert.deepEqual(
      frames.map(({ slotMs, late, url }) => [slotMs, late, url]),
      [1, 2, 3].map((slot) => [T0 + slot * 1000, true, session.store.url(keyOf(slot))]),
    );
    assert.deepEqual((await session.store.get(keyOf(2)))?.body, imageOf('2'));
    assert.deepEqual(await open(), []);
  });

  it('finds nothing to do when it is repeated', async () => {
    await session.letter(1);
    await redrive();
    assert.deepEqual(await redrive(), {
      ...{ tally: { stored: 0, alreadyStored: 0, restarted: 0, failed: 0 }, left: 0, parked: 0, onHosts: {} },
    });
    assert.equal((await framesAnnounced()).length, 1);
  });

  it('only closes the letter of a frame that is stored and announced', async () => {
    await redriven(1);
    await session.letter(1);
    const before = await framesAnnounced();
    await record(letterOf(1, { redrives: 1 }));
    await record(letterOf(1, { redrives: 2 }));
    const { tally } = await redrive();
    assert.deepEqual(tally, { stored: 0, alreadyStored: 1, restarted: 0, failed: 0 });
    assert.deepEqual(await framesAnnounced(), before);
    assert.deepEqual(await open(), []);
  });

  it('announces what is stored alone, in whichever store, and does not put it again', async () => {
    await redriven(1);
    const whole = (await session.store.get(keyOf(1)))!;
    await session.backup.put(keyOf(2), imageOf('2'), whole);
    await record(letterOf(2, { content: { at: 'store', isBackup: false }, stage: 'events' }));
    const { tally } = await redrive();
    assert.deepEqual(tally, { stored: 1, alreadyStored: 0, restarted: 0, failed: 0 });
    assert.equal((await framesAnnounced()).at(-1)?.url, session.backup.url(keyOf(2)));
    assert.equal(await session.store.head(keyOf(2)), undefined);
  });

  it('announces the picture that is there, not its own, where another host was first', async () => {
    const other = imageOf('another');
    const letter = letterOf(1);
    const theirs = { ...letterOf(1), frame: { ...letter.frame } };
    theirs.frame.images = [{ ...letter.frame.images[0]!, sizeBytes: other.length, sha256: sha256(other) }];
    theirs.content = { at: 'letter', images: [other.toString('base64')] };
    await record(theirs);
    await redrive();
    await record({ ...letter, redrives: 3 });
    await redrive();
    assert.deepEqual((await session.store.get(keyOf(1)))?.body, other);
    for (const { sha256: announced } of await framesAnnounced()) assert.equal(announced, sha256(other));
  });

  it('makes one frame of two redrives at once, and leaves no letter', async () => {
    for (const slot of [1, 2, 3, 4, 5]) await session.letter(slot);
    await Promise.all([redrive(), redrive({ streamId: SESSION.streamId }), redrive({ tenant: SESSION.tenant })]);
    assert.deepEqual(await open(), []);
    const frames = await framesAnnounced();
    const ids = new Set(frames.map(({ slotMs, sha256, url }) => `${slotMs} ${sha256} ${url}`));
    assert.deepEqual(ids.size, 5, 'repeats are the same event');
  });

  it('records a letter anew that fails, past the cut-off, and goes on with the others', async () => {
    for (const slot of [1, 2, 3]) await session.letter(slot);
    const { store, control } = switchableStore(session.store, (key) => key === keyOf(2));
    control.isDown = true;
    const failing = await redrive({ deps: { stores: [store, session.backup] } });
    assert.deepEqual(failing.tally, { stored: 2, alreadyStored: 0, restarted: 0, failed: 1 });
    assert.equal(failing.left, 0);
    assert.deepEqual(await open(), [[2, 1]]);
    assert.deepEqual(
      (await redrive()).tally,
      { stored: 0, alreadyStored: 0, restarted: 0, failed: 0 },
      'does not chase it',
    );
    const later = await redrive({ beforeMs: Date.now() + 1000 });
    assert.equal(later.tally.stored, 1);
    assert.deepEqual(await open(), []);
  });

  it('fails as a whole, at no cost to the letters, where the store is down', async () => {
    for (const slot of [1, 2, 3]) await session.letter(slot);
    const down = (): Promise<never> => Promise.reject(fault('store-unreachable', 'the store is down'));
    const store = { ...session.store, head: down, put: down };
    await assert.rejects(redrive({ deps: { stores: [store] } }), isFault('store-unreachable'));
    assert.deepEqual(await open(), [
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
  });

  it('fails as a whole, and finds later what it did, where the event log is down', async () => {
    for (const slot of [1, 2]) await session.letter(slot);
    const { events, control } = switchableSink(session.sink);
    control.isDown = true;
    await assert.rejects(redrive({ deps: { events } }), isFault('events-unreachable'));
    assert.equal((await framesAnnounced()).length, 0);
    await redrive();
    assert.equal((await framesAnnounced()).length, 2);
    assert.deepEqual(await open(), []);
  });

  it('does not send bytes that are not those of the letter', async () => {
    await record(letterOf(1, { content: { at: 'letter', images: [imageOf('rot').toString('base64')] } }));
    await record(letterOf(2, { content: { at: 'store', isBackup: false } }));
    assert.deepEqual((await redrive()).tally, { stored: 0, alreadyStored: 0, restarted: 0, failed: 2 });
    const { letters } = await listDeadLetters(session.reelay);
    for (const { code, disposition } of letters) {
      assert.equal(code, 'dead-letter-unusable');
      assert.equal(disposition, 'poison');
    }
    assert.deepEqual(await framesAnnounced(), []);
  });

  it('leaves parked letters alone, and those of hosts to their hosts', async () => {
    await record(letterOf(1, { redrives: 5 }));
    await record(letterOf(2, { content: { at: 'spool' }, host: 'b' }));
    await record(letterOf(3, { content: { at: 'spool' }, host: 'b' }));
    const { tally, left, parked, onHosts } = await redrive();
    assert.equal(tally.stored, 0);
    assert.equal(left, 0);
    assert.equal(parked, 1);
    assert.deepEqual(onHosts, { b: 2 });
    assert.deepEqual((await redrive({ maxRedrives: 6 })).tally.stored, 1);
  });

  it('takes what its filter asks for', async () => {
    await session.letter(1);
    await record(letterOf(2, { disposition: 'poison' }));
    assert.equal((await redrive({ disposition: 'poison' })).tally.stored, 1);
    assert.deepEqual(await open(), [[1, 0]]);
  });

  it('does so many at a time, oldest failure first, until none is left', async () => {
    for (const slot of [5, 3, 1, 4, 2]) await session.letter(slot);
    const first = await redrive({ limit: 2 });
    assert.equal(first.tally.stored, 2);
    assert.equal(first.left, 3);
    assert.deepEqual(await open(), [
      [3, 0],
      [4, 0],
      [5, 0],
    ]);
    assert.equal((await redrive({ limit: 2 })).left, 1);
    assert.equal((await redrive({ limit: 2 })).left, 0);
  });

  it('reads the topic twice, however many letters a redrive sends', async () => {
    const LETTERS = 1200;
    for (let slot = 1; slot <= LETTERS; slot++) await session.letter(slot);
    let reads = 0;
    const source: typeof session.source = {
      ...session.source,
      read(topic, options) {
        if (topic === TOPICS.deadLetters) reads += 1;
        return session.source.read(topic, options);
      },
    };
    let stored = 0;
    for (let left = Infinity; left > 0;) {
      const result = await redrive({ deps: { source }, limit: LETTERS_IN_STRETCH });
      stored += result.tally.stored;
      ({ left } = result);
    }
    assert.equal(stored, LETTERS);
    assert.equal(reads, 2);
  });

  it('beats while it reads letters that are not wanted', async () => {
    await session.letter(1);
    let beats = 0;
    await redrive({ streamId: 'of-nobody', onProgress: () => (beats += 1) });
    assert.ok(beats > 0);
  });

  it('stops between letters when it is cancelled', async () => {
    for (let slot = 1; slot <= 40; slot++) await session.letter(slot);
    const cancel = new AbortController();
    const put: typeof session.store.put = async (...args) => {
      cancel.abort();
      return session.store.put(...args);
    };
    const { tally, left } = await redrive({
      deps: { stores: [{ ...session.store, put }] },
      signal: cancel.signal,
    });
    assert.ok(tally.stored > 0 && tally.stored < 20, `${tally.stored} stored`);
    assert.equal(tally.stored + left, 40);
    assert.equal((await open()).length, left);
  });

  it('takes the bytes from the folder of the host and empties it once the frame is announced', async () => {
    await record(letterOf(1, { content: { at: 'spool' }, host: 'a' }));
    const dead = new Map([[letterOf(1).letterId, [imageOf('1')]]]);
    const place: LetterPlace = {
      holds: (letter) => letter.kind === 'frame' && letter.content.at === 'spool',
      bytes: async ({ letterId }) => dead.get(letterId),
      release: async (letterId) => void dead.delete(letterId),
    };
    assert.equal((await redrive({ place })).tally.stored, 1);
    assert.equal(dead.size, 0);
    assert.deepEqual(await open(), []);
    assert.equal((await framesAnnounced()).length, 1);
  });

  async function redriven(slot: number): Promise<void> {
    await session.letter(slot);
    await redrive();
  }
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const isFault = (code: string) => (error: unknown) => problemOf(error)?.code === code;

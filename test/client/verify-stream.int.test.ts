import assert from 'node:assert/strict';
import { verifyStream } from '../../client/verify-stream.js';
import { fault, problemOf } from '../../contracts/errors.js';
import type { GapReason, LedgerPart } from '../../contracts/ledger.js';
import { SESSION, T0 } from '../activities/capture/frames.js';
import { partOf } from '../contracts/parts.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { keyOf, storedSession, type StoredSession } from './stored-session.js';

const slotMs = (slot: number): number => T0 + slot * 1000;
const range = (from: number, until: number): number[] => Array.from({ length: until - from }, (_, i) => from + i);

function part(from: number, until: number, gaps: Record<number, GapReason> = {}, epoch = 1): LedgerPart {
  const byMs = Object.fromEntries(Object.entries(gaps).map(([slot, reason]) => [slotMs(Number(slot)), reason]));
  return partOf({ epoch, fromMs: slotMs(from), untilMs: slotMs(until), gaps: byMs });
}

describe('verifying a session', () => {
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  it('finds nothing where ledger, bucket and topic agree', async () => {
    await session.frames(range(0, 5));
    await session.seal(part(0, 6, { 5: 'source-stalled' }));
    assert.deepEqual(await session.verify(), {
      ...SESSION,
      isSealed: true,
      counts: { due: 6, stored: 5, gaps: 1 },
      gapsByReason: { 'source-stalled': 1 },
      late: 0,
      sinceLedger: 0,
      deadLettered: { slots: 0, openLetters: 0 },
      repeatedEvents: 0,
      differences: [],
    });
  });

  it('takes frames that are newer than the ledger of a session in progress, or of one whose worker died', async () => {
    await session.part(part(0, 5));
    await session.frames(range(0, 8));
    await session.object(8);
    const { isSealed, sinceLedger, counts, differences } = await session.verify();
    assert.equal(isSealed, false);
    assert.equal(sinceLedger, 3);
    assert.equal(counts.due, 5);
    assert.deepEqual(differences, []);
  });

  it('looks at the objects of those frames too', async () => {
    await session.part(part(0, 2));
    await session.frames([0, 1]);
    await session.event(2);
    assert.deepEqual((await session.verify()).differences, [
      { kind: 'missing-object', slotMs: slotMs(2), key: keyOf(2) },
    ]);
  });

  it('waits for the ledger of a host that was just replaced', async () => {
    await session.frames(range(0, 8));
    await session.part(part(0, 3));
    await session.part(part(5, 8, {}, 2));
    const { sinceLedger, counts, differences } = await session.verify();
    assert.equal(sinceLedger, 2);
    assert.equal(counts.due, 6);
    assert.deepEqual(differences, []);
  });

  const robberies: [string, (session: StoredSession) => Promise<unknown>, object[]][] = [
    ['an event that is missing', (s) => s.object(5), [{ kind: 'missing-event', slotMs: slotMs(5) }]],
    ['an object that is missing', (s) => s.event(5), [{ kind: 'missing-object', slotMs: slotMs(5), key: keyOf(5) }]],
    [
      'an object with other bytes',
      async (s) => {
        await s.object(5, { text: 'other' });
        await s.event(5);
      },
      [{ kind: 'wrong-hash', slotMs: slotMs(5), key: keyOf(5) }],
    ],
    [
      'an event that names no store of ours',
      async (s) => {
        await s.object(5);
        await s.event(5, { at: { ...s.store, url: (key) => `s3://elsewhere/${key}` } });
      },
      [{ kind: 'wrong-url', slotMs: slotMs(5), key: keyOf(5) }],
    ],
    [
      'a slot that was announced with two pictures',
      async (s) => {
        await s.frames([5]);
        await s.event(5, { text: 'other' });
      },
      [{ kind: 'doubled-event', slotMs: slotMs(5) }],
    ],
    [
      'an event for a slot that was not due',
      async (s) => {
        await s.frames([5, 5.5]);
      },
      [{ kind: 'unknown-event', slotMs: slotMs(5.5) }],
    ],
    [
      'an object that nothing knows of',
      async (s) => {
        await s.frames([5]);
        await s.object(4.5);
        await s.object(3.5, { at: s.backup });
      },
      [
        { kind: 'unknown-object', slotMs: slotMs(3.5), key: keyOf(3.5) },
        { kind: 'unknown-object', slotMs: slotMs(4.5), key: keyOf(4.5) },
      ],
    ],
  ];
  for (const [title, rob, differences] of robberies)
    for (const isSealed of [false, true])
      it(`names ${title}${isSealed ? ', sealed' : ''}`, async () => {
        await session.frames(range(0, 5));
        await (isSealed ? session.seal(part(0, 6)) : session.part(part(0, 6)));
        await rob(session);
        assert.deepEqual((await session.verify()).differences, differences);
      });

  it('names a hole between the parts of hosts, and what a replaced host should have left alone', async () => {
    await session.frames([...range(0, 3), ...range(5, 9)]);
    await session.event(6.5);
    await session.object(6.5);
    await session.seal(part(0, 3), part(5, 9, {}, 2));
    assert.deepEqual((await session.verify()).differences, [
      { kind: 'unexplained', slotMs: slotMs(3), epoch: 1 },
      { kind: 'unexplained', slotMs: slotMs(4), epoch: 1 },
      { kind: 'unknown-event', slotMs: slotMs(6.5) },
    ]);
  });

  it('names events after the end of a sealed session', async () => {
    await session.frames(range(0, 7));
    await session.seal(part(0, 6));
    assert.deepEqual((await session.verify()).differences, [{ kind: 'unknown-event', slotMs: slotMs(6) }]);
  });

  it('counts gaps whose frame came late, and complains where such a frame is not whole', async () => {
    await session.frames(range(0, 6));
    await session.event(6, { isLate: true });
    await session.seal(part(0, 8, { 4: 'worker-lost', 5: 'dead-lettered', 6: 'worker-lost', 7: 'worker-lost' }));
    const { late, counts, differences } = await session.verify();
    assert.equal(late, 2);
    assert.deepEqual(counts, { due: 8, stored: 4, gaps: 4 });
    assert.deepEqual(differences, [{ kind: 'missing-object', slotMs: slotMs(6), key: keyOf(6) }]);
  });

  it('counts events that came again, which harm nobody', async () => {
    await session.frames(range(0, 3));
    for (const slot of [1, 1, 2]) await session.event(slot, { isLate: true });
    await session.seal(part(0, 3));
    const { repeatedEvents, differences } = await session.verify();
    assert.equal(repeatedEvents, 3);
    assert.deepEqual(differences, []);
  });

  it('finds a frame in the backup store where its event says so', async () => {
    const at = session.backup;
    await session.frames([0, 2]);
    await session.object(1, { at });
    await session.event(1, { at });
    await session.seal(part(0, 3));
    assert.deepEqual((await session.verify()).differences, []);
  });

  it('counts dead letters that are open, whose objects may be there without an event', async () => {
    await session.frames([0, 1]);
    await session.object(2);
    for (const slot of [2, 3]) await session.letter(slot);
    await session.seal(part(0, 4, { 2: 'dead-lettered', 3: 'dead-lettered' }));
    const { deadLettered, differences } = await session.verify();
    assert.deepEqual(deadLettered, { slots: 2, openLetters: 2 });
    assert.deepEqual(differences, []);
  });

  it('lets the frame of a gap be on its way to its event, but not for ever', async () => {
    await session.frames([0, 1]);
    await session.object(2);
    const gap = part(0, 3, { 2: 'worker-lost' });
    await session.part(gap);
    assert.deepEqual((await session.verify()).differences, []);
    await session.seal(gap);
    assert.deepEqual((await session.verify()).differences, [
      { kind: 'unknown-object', slotMs: slotMs(2), key: keyOf(2) },
    ]);
  });

  it('does not complain of an object whose event comes while it looks', async () => {
    await session.frames([0, 1]);
    await session.object(2);
    await session.seal(part(0, 3, { 2: 'worker-lost' }));
    const list = async function* (prefix: string) {
      yield* session.store.list(prefix);
      if (prefix.includes('/frames/')) await session.event(2, { isLate: true });
    };
    const { differences } = await session.verify({ stores: [{ ...session.store, list }] });
    assert.deepEqual(differences, []);
  });

  it('answers for a session that had no picture', async () => {
    await session.part({ ...part(0, 0), fromMs: 0, untilMs: 0, timeline: [] });
    const { counts, isSealed, differences } = await session.verify();
    assert.deepEqual(counts, { due: 0, stored: 0, gaps: 0 });
    assert.equal(isSealed, false);
    assert.deepEqual(differences, []);
  });

  it('says that there is no such session', async () => {
    await session.seal(part(0, 1));
    const wanted = { ...SESSION, sessionId: '20260101T000000-other' };
    await assert.rejects(
      verifyStream(session.reelay, wanted),
      (error) => problemOf(error)?.code === 'stream-not-found',
    );
  });

  it('goes through thousands of slots, sixteen at once, and tells how far it is', async () => {
    const SLOTS = 2000;
    await Promise.all(range(0, SLOTS).map((slot) => session.frames([slot])));
    await session.seal(part(0, SLOTS));
    let [now, most] = [0, 0];
    const get: typeof session.store.get = async (key) => {
      most = Math.max(most, (now += 1));
      return session.store.get(key).finally(() => (now -= 1));
    };
    const told: number[] = [];
    const { counts, differences } = await session.verify({
      stores: [{ ...session.store, get }],
      onProgress: ({ checked, of }) => told.push(checked / of),
    });
    assert.deepEqual(counts.stored, SLOTS);
    assert.deepEqual(differences, []);
    assert.deepEqual(told.length, SLOTS);
    assert.equal(told.at(-1), 1);
    assert.ok(most > 4 && most <= 16, `${most} at once`);
  });

  it('fails as a whole where the store fails', async () => {
    await session.frames([0, 1, 2]);
    await session.seal(part(0, 3));
    const get: typeof session.store.get = (key) =>
      key.endsWith('.jpg') ? Promise.reject(fault('store-unreachable', 'down')) : session.store.get(key);
    await assert.rejects(
      session.verify({ stores: [{ ...session.store, get }] }),
      (error) => problemOf(error)?.code === 'store-unreachable',
    );
  });
});

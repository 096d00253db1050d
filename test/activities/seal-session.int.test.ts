import assert from 'node:assert/strict';
import { join } from 'node:path';
import { metadataOf } from '../../activities/frames/frame-metadata.js';
import { createSealSession } from '../../activities/seal-session.js';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import { fileEventSink } from '../../adapters/event-log/file-sink.js';
import { fileEventSource } from '../../adapters/event-log/file-source.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { ledgerKey, sessionLedgerKey } from '../../contracts/keys.js';
import type { LedgerPart, SessionLedger } from '../../contracts/ledger.js';
import { partOf } from '../contracts/parts.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { frameAt, imageOf, SESSION, T0 } from './capture/frames.js';

const CONTENT = { contentType: 'application/json' };
const input = { session: SESSION, reason: 'stopped', startedAtMs: T0, endedAtMs: T0 + 9000 } as const;

const part = (epoch: number, fromMs: number, untilMs: number): LedgerPart =>
  partOf({ epoch, fromMs: T0 + fromMs, untilMs: T0 + untilMs });

describe('sealing a session', () => {
  const folder = useTempFolder();
  const opened: EventSink[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((sink) => sink.close())));
  async function open(parts: LedgerPart[]) {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    const backup = fileObjectStore({ folder: join(folder(), 'backup') });
    const log = { folder: join(folder(), 'events') };
    for (const each of parts) await write(store, each);
    const sealed = async (): Promise<SessionLedger> =>
      JSON.parse((await store.get(sessionLedgerKey(SESSION)))!.body.toString()) as SessionLedger;
    const announced = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { id } of fileEventSource(log).read('reelay.frames', {})) ids.push(id);
      return ids.sort(); // sixteen are announced at once
    };
    const events = fileEventSink(log);
    opened.push(events);
    const seal = createSealSession({ stores: [store, backup], events });
    return { store, backup, seal, sealed, announced };
  }

  it('merges its parts in order of epoch, ten after nine, and sums them up', async () => {
    const { seal, sealed } = await open([
      part(10, 6000, 9000),
      part(1, 0, 2000),
      part(9, 4000, 6000),
      part(2, 2000, 4000),
    ]);
    assert.deepEqual(await seal(input), { due: 9, stored: 9, gaps: 0 });
    const { parts, ...ledger } = await sealed();
    assert.deepEqual(
      parts.map(({ epoch }) => epoch),
      [1, 2, 9, 10],
    );
    const { session, ...rest } = input;
    assert.deepEqual(ledger, { version: 1, ...session, ...rest, counts: { due: 9, stored: 9, gaps: 0 } });
  });

  it('gives the same account when it is done twice', async () => {
    const { seal, sealed } = await open([part(1, 0, 5000)]);
    const counts = await seal(input);
    const before = await sealed();
    assert.deepEqual(await seal(input), counts);
    assert.deepEqual(await sealed(), before);
  });

  it('counts no slot twice where a replaced host wrote on', async () => {
    const { seal } = await open([part(1, 0, 8000), part(2, 5000, 9000)]);
    assert.deepEqual(await seal(input), { due: 9, stored: 9, gaps: 0 });
  });

  it('leaves other sessions of the stream out', async () => {
    const { store, seal } = await open([part(1, 0, 5000)]);
    const other = { ...SESSION, sessionId: `${SESSION.sessionId}x` };
    await store.put(ledgerKey(other, 1), Buffer.from(JSON.stringify(part(1, 0, 100_000))), CONTENT);
    assert.equal((await seal(input)).stored, 5);
  });

  it('seals a session without a part as one without slots', async () => {
    const { seal } = await open([]);
    assert.deepEqual(await seal(input), { due: 0, stored: 0, gaps: 0 });
  });

  it('takes in, and announces, what a host stored last that was lost', async () => {
    const { store, seal, sealed, announced } = await open([part(1, 0, 3000), part(2, 3000, 5000)]);
    for (const slot of [4000, 5000, 7000]) await putFrame(store, T0 + slot);
    assert.deepEqual(await seal(input), { due: 8, stored: 7, gaps: 1 });
    const { gaps, untilMs } = (await sealed()).parts.at(-1)!;
    assert.deepEqual(gaps, [{ fromSlotMs: T0 + 6000, toSlotMs: T0 + 6000, everyMs: 1000, reason: 'worker-lost' }]);
    assert.equal(untilMs, T0 + 7001);
    assert.deepEqual(
      await announced(),
      [5000, 7000].map((slot) => idOf(T0 + slot)),
    );
  });

  describe('where frames of lost slots have come since', () => {
    const gaps = {
      [T0 + 1000]: 'worker-lost',
      [T0 + 2000]: 'worker-lost',
      [T0 + 3000]: 'dead-lettered',
      [T0 + 4000]: 'source-stalled',
    } as const;
    const lossy = partOf({ epoch: 1, fromMs: T0, untilMs: T0 + 9000, gaps });

    it('counts them as stored and announces them, whichever store has them', async () => {
      const { store, backup, seal, sealed, announced } = await open([lossy]);
      await putFrame(store, T0 + 1000);
      await putFrame(backup, T0 + 3000);
      assert.deepEqual(await seal(input), { due: 9, stored: 7, gaps: 2 });
      const [{ gaps: left, counts }] = (await sealed()).parts as [LedgerPart];
      assert.deepEqual(
        left.map(({ fromSlotMs, reason }) => [fromSlotMs - T0, reason]),
        [
          [2000, 'worker-lost'],
          [4000, 'source-stalled'],
        ],
      );
      assert.deepEqual(counts, { due: 9, stored: 7, gaps: 2 });
      assert.deepEqual(await announced(), [idOf(T0 + 1000), idOf(T0 + 3000)]);
    });

    it('leaves a gap whose frame lacks a variant', async () => {
      const { store, seal, announced } = await open([lossy]);
      await putFrame(store, T0 + 1000, { images: [imageOf('a'), imageOf('b')], put: 1 });
      assert.deepEqual(await seal(input), { due: 9, stored: 5, gaps: 4 });
      assert.deepEqual(await announced(), []);
    });
  });
});

const idOf = (slotMs: number): string => `${SESSION.streamId}/${SESSION.sessionId}/${slotMs}`;

const write = (store: ObjectStore, part: LedgerPart): Promise<unknown> =>
  store.put(ledgerKey(SESSION, part.epoch), Buffer.from(JSON.stringify(part)), CONTENT);

async function putFrame(
  store: ObjectStore,
  slotMs: number,
  { images = [imageOf(String(slotMs))], put = images.length }: { images?: Buffer[]; put?: number } = {},
): Promise<void> {
  const frame = frameAt(slotMs, images);
  for (const [index, image] of frame.images.slice(0, put).entries())
    await store.put(image.key, images[index]!, { contentType: 'image/jpeg', metadata: metadataOf(frame, image) });
}

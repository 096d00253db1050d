import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cutOf, recoverPart } from '../../../activities/capture/recover-part.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { auditParts } from '../../../contracts/audit.js';
import { frameKey, ledgerKey, type SessionRef } from '../../../contracts/keys.js';
import type { LedgerPart } from '../../../contracts/ledger.js';
import type { RatePoint } from '../../../contracts/slots.js';
import { useTempFolder } from '../../dev/temp-folder.js';
import { SESSION, T0 } from './frames.js';

const CONTENT = { contentType: 'image/jpeg' };
const NOW_MS = T0 + 60_000;

const WRITTEN: LedgerPart = {
  version: 1,
  ...SESSION,
  epoch: 2,
  host: 'lost',
  fromMs: T0,
  untilMs: T0 + 3001,
  updatedAtMs: T0 + 3100,
  timeline: [{ fromMs: T0, everyMs: 1000, isPaused: false }],
  stored: [{ fromSlotMs: T0, toSlotMs: T0 + 2000, everyMs: 1000 }],
  gaps: [{ fromSlotMs: T0 + 3000, toSlotMs: T0 + 3000, everyMs: 1000, reason: 'source-stalled' }],
  counts: { due: 4, stored: 3, gaps: 1 },
};

describe('the part that a lost attempt left', () => {
  const folder = useTempFolder();

  async function recover({
    part = WRITTEN,
    slots = [],
    session = SESSION,
  }: { part?: LedgerPart | undefined; slots?: number[]; session?: SessionRef } = {}): Promise<LedgerPart | undefined> {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    await store.put(ledgerKey(SESSION, 2), Buffer.from(JSON.stringify(part)), { contentType: 'application/json' });
    for (const slot of slots) {
      await store.put(frameKey(session, { slotMs: T0 + slot }), Buffer.from('x'), CONTENT);
      const size = { width: 64, height: 64 };
      await store.put(frameKey(session, { slotMs: T0 + slot, size }), Buffer.from('x'), CONTENT);
    }
    const recovered = await recoverPart({ store, session: SESSION, epoch: 2, nowMs: NOW_MS });
    assert.ok(recovered === undefined || recovered.found.every((slotMs) => slotMs >= part.untilMs));
    return recovered?.part;
  }

  it('of the newest segment that wrote one is where the next goes on, and is written for the sealed account', async () => {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    await store.put(ledgerKey(SESSION, 2), Buffer.from(JSON.stringify(WRITTEN)), { contentType: 'application/json' });
    const slotMs = WRITTEN.untilMs - 1 + 2000;
    await store.put(frameKey(SESSION, { slotMs }), Buffer.from('x'), CONTENT);
    const { cut, found } = await cutOf({ epoch: 4 }, { store, session: SESSION, nowMs: NOW_MS });
    assert.equal(cut?.untilMs, slotMs + 1);
    assert.deepEqual(found, [slotMs]);
    const written = await store.get(ledgerKey(SESSION, 2));
    assert.equal((JSON.parse(written!.body.toString()) as LedgerPart).untilMs, slotMs + 1);
    assert.deepEqual(await cutOf(undefined, { store, session: SESSION, nowMs: NOW_MS }), { found: [] });
  });

  it('is nothing where it wrote none', async () => {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    assert.equal(await recoverPart({ store, session: SESSION, epoch: 2, nowMs: NOW_MS }), undefined);
  });

  it('is nothing where it had no picture: there is nothing to go on with', async () => {
    const part: LedgerPart = {
      ...WRITTEN,
      fromMs: 0,
      untilMs: 0,
      timeline: [],
      stored: [],
      gaps: [],
      counts: { due: 0, stored: 0, gaps: 0 },
    };
    assert.equal(await recover({ part }), undefined);
  });

  it('stands as it was written where no frame came after it', async () => {
    assert.deepEqual(await recover({ slots: [0, 1000, 2000] }), WRITTEN);
  });

  it('takes in the frames that were stored since, and calls the holes between them worker-lost', async () => {
    const part = await recover({ slots: [4000, 5000, 8000] });
    assert.deepEqual(part?.stored, [
      { fromSlotMs: T0, toSlotMs: T0 + 2000, everyMs: 1000 },
      { fromSlotMs: T0 + 4000, toSlotMs: T0 + 5000, everyMs: 1000 },
      { fromSlotMs: T0 + 8000, toSlotMs: T0 + 8000, everyMs: 1000 },
    ]);
    assert.deepEqual(part.gaps.slice(1), [
      { fromSlotMs: T0 + 6000, toSlotMs: T0 + 7000, everyMs: 1000, reason: 'worker-lost' },
    ]);
    assert.equal(part.untilMs, T0 + 8001);
    assert.deepEqual(part.counts, { due: 9, stored: 6, gaps: 3 });
    assert.deepEqual(auditParts([part]).differences, []);
  });

  it('calls holes paused where the stream was', async () => {
    const timeline: RatePoint[] = [
      { fromMs: T0, everyMs: 1000, isPaused: false },
      { fromMs: T0 + 4000, everyMs: 1000, isPaused: true },
      { fromMs: T0 + 6000, everyMs: 500, isPaused: false },
    ];
    const part = await recover({ part: { ...WRITTEN, timeline }, slots: [6500] });
    assert.deepEqual(
      part?.gaps.slice(1).map(({ fromSlotMs, toSlotMs, reason }) => [fromSlotMs - T0, toSlotMs - T0, reason]),
      [
        [4000, 5000, 'paused'],
        [6000, 6000, 'worker-lost'],
      ],
    );
    assert.deepEqual(auditParts([part!]).differences, []);
  });

  it('knows no frame of another session, nor one from the future', async () => {
    assert.deepEqual(await recover({ slots: [4000], session: { ...SESSION, sessionId: 'other' } }), WRITTEN);
    assert.deepEqual(await recover({ slots: [61_000] }), WRITTEN);
  });
});

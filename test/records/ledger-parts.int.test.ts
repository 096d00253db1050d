import assert from 'node:assert/strict';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import type { LedgerPart, SessionLedger } from '../../contracts/ledger.js';
import {
  newestEpoch,
  readPart,
  readParts,
  readSessionLedger,
  writePart,
  writeSessionLedger,
} from '../../records/ledger-parts.js';
import { useTempFolder } from '../dev/temp-folder.js';

const session = { tenant: 'acme', streamId: 'cam', sessionId: 's' };

const partOf = (epoch: number): LedgerPart => ({
  version: 1,
  ...session,
  epoch,
  host: 'here',
  fromMs: 0,
  untilMs: 0,
  timeline: [],
  stored: [],
  gaps: [],
  counts: { due: 0, stored: 0, gaps: 0 },
  updatedAtMs: 0,
});
const sealed: SessionLedger = {
  version: 1,
  ...session,
  startedAtMs: 0,
  endedAtMs: 1,
  reason: 'stopped',
  parts: [partOf(2)],
  counts: { due: 0, stored: 0, gaps: 0 },
};

describe('the parts of a ledger', () => {
  const folder = useTempFolder();
  const open = () => fileObjectStore({ folder: folder() });

  it('are read as they were written, without the sealed account', async () => {
    const store = open();
    await writePart(store, partOf(2));
    await writePart(store, partOf(10));
    await writeSessionLedger(store, sealed);
    assert.deepEqual(await readPart(store, { session, epoch: 2 }), partOf(2));
    const parts = await readParts(store, session);
    assert.deepEqual(
      parts.toSorted((a, b) => a.epoch - b.epoch),
      [partOf(2), partOf(10)],
    );
    assert.deepEqual(await readSessionLedger(store, session), sealed);
  });

  it('are none where nothing was written', async () => {
    const store = open();
    assert.deepEqual(await readParts(store, session), []);
    assert.equal(await readPart(store, { session, epoch: 1 }), undefined);
    assert.equal(await readSessionLedger(store, session), undefined);
  });

  for (const [epoch, newest] of [
    [1, undefined],
    [2, 2],
    [9, 2],
    [10, 10],
    [11, 10],
  ] as const)
    it(`say which segment up to ${epoch} wrote last`, async () => {
      const store = open();
      await writePart(store, partOf(2));
      await writePart(store, partOf(10));
      await writeSessionLedger(store, sealed);
      assert.equal(await newestEpoch(store, { session, epoch }), newest);
    });
});

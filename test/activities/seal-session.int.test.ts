import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createSealSession } from '../../activities/seal-session.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { ledgerKey, sessionLedgerKey } from '../../contracts/keys.js';
import type { LedgerPart, SessionLedger } from '../../contracts/ledger.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { SESSION, T0 } from './capture/frames.js';

const CONTENT = { contentType: 'application/json' };
const input = { session: SESSION, reason: 'stopped', startedAtMs: T0, endedAtMs: T0 + 9000 } as const;

const part = (epoch: number, stored: number, gaps: number): LedgerPart => ({
  ...{ version: 1, ...SESSION, epoch, host: `host-${epoch}`, fromMs: T0, untilMs: T0, updatedAtMs: T0 },
  ...{ timeline: [], stored: [], gaps: [], counts: { due: stored + gaps, stored, gaps } },
});

describe('sealing a session', () => {
  const folder = useTempFolder();
  async function open(parts: LedgerPart[]) {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    for (const each of parts)
      await store.put(ledgerKey(SESSION, each.epoch), Buffer.from(JSON.stringify(each)), CONTENT);
    const sealed = async (): Promise<SessionLedger> =>
      JSON.parse((await store.get(sessionLedgerKey(SESSION)))!.body.toString()) as SessionLedger;
    return { store, seal: createSealSession(store), sealed };
  }

  it('merges its parts in order of epoch, ten after nine, and sums them up', async () => {
    const epochs = [10, 1, 9, 2];
    const { seal, sealed } = await open(epochs.map((epoch) => part(epoch, epoch, 1)));
    assert.deepEqual(await seal(input), { due: 26, stored: 22, gaps: 4 });
    const { parts, ...ledger } = await sealed();
    assert.deepEqual(
      parts.map(({ epoch }) => epoch),
      [1, 2, 9, 10],
    );
    const { session, ...rest } = input;
    assert.deepEqual(ledger, { version: 1, ...session, ...rest, counts: { due: 26, stored: 22, gaps: 4 } });
  });

  it('gives the same account when it is done twice', async () => {
    const { seal, sealed } = await open([part(1, 5, 0)]);
    const counts = await seal(input);
    const before = await sealed();
    assert.deepEqual([await seal(input), await sealed()], [counts, before]);
  });

  it('leaves other sessions of the stream out', async () => {
    const { store, seal } = await open([part(1, 5, 0)]);
    const other = { ...SESSION, sessionId: `${SESSION.sessionId}x` };
    await store.put(ledgerKey(other, 1), Buffer.from(JSON.stringify(part(1, 100, 0))), CONTENT);
    assert.equal((await seal(input)).stored, 5);
  });

  it('seals a session without a part as one without slots', async () => {
    const { seal } = await open([]);
    assert.deepEqual(await seal(input), { due: 0, stored: 0, gaps: 0 });
  });
});

import assert from 'node:assert/strict';
import type { LedgerPart } from '../../contracts/ledger.js';
import { ledgerKey } from '../../contracts/keys.js';
import { SESSION, T0 } from '../activities/capture/frames.js';
import { storedSession, type StoredSession } from '../client/stored-session.js';
import { partOf } from '../contracts/parts.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { failingWith } from '../port-suites/failing-with.js';
import { useMemoryCheck, withinLimits } from './limits.js';

const PART = partOf({ epoch: 1, fromMs: T0, untilMs: T0 + 3000 });
const RUN = { fromSlotMs: T0, toSlotMs: T0 + 2000, everyMs: 1000 };
const rate = (everyMs: number): LedgerPart['timeline'] => [{ fromMs: T0, everyMs, isPaused: false }];

const LEDGERS: [name: string, change: object][] = [
  ['of slots that never get further', { stored: [{ ...RUN, everyMs: 0 }] }],
  ['of slots that go back', { stored: [{ ...RUN, everyMs: -1 }] }],
  ['of gaps that never get further', { gaps: [{ ...RUN, everyMs: 0, reason: 'shed' }] }],
  ['of a rate that never gets further', { timeline: rate(0) }],
  ['of 10^9 slots in one run', { stored: [{ fromSlotMs: 0, toSlotMs: 1e9, everyMs: 1 }] }],
  ['of 10^9 slots that are due', { timeline: rate(1), untilMs: T0 + 1e9 }],
  ['of times that are no numbers', { untilMs: 'later' }],
  ['without a timeline', { timeline: undefined }],
];

describe('a hostile ledger', () => {
  useMemoryCheck();
  const folder = useTempFolder();
  let session: StoredSession;
  beforeEach(() => {
    session = storedSession(folder());
  });
  afterEach(() => session.close());

  const part = (change: object = {}): LedgerPart => ({ ...PART, ...SESSION, ...change });

  for (const [name, change] of LEDGERS) {
    it(`${name} is not verified`, async () => {
      await session.part(part(change));
      await assert.rejects(
        withinLimits(() => session.verify()),
        failingWith('ledger-unusable'),
      );
    });

    it(`${name} is not verified once it is sealed`, async () => {
      await session.seal(part(change));
      await assert.rejects(
        withinLimits(() => session.verify()),
        failingWith('ledger-unusable'),
      );
    });
  }

  it('cut in half is not verified', async () => {
    await session.store.put(ledgerKey(SESSION, 1), Buffer.from('{"epoch":1'), { contentType: 'application/json' });
    await assert.rejects(session.verify(), failingWith('ledger-unusable'));
  });

  it('does not keep an ordinary one from being verified', async () => {
    await session.frames([0, 1, 2]);
    await session.seal(part());
    assert.deepEqual((await session.verify()).differences, []);
  });
});

import assert from 'node:assert/strict';
import { isOpen, matchEvents, unwrittenBy } from '../../../client/verify/match-events.js';
import type { Account } from '../../../contracts/audit.js';
import { partOf } from '../../contracts/parts.js';

const ACCOUNT: Account = new Map([
  [0, 'stored'],
  [1000, 'worker-lost'],
  [2000, 'stored'],
]);

function match(slots: number[], { doubled = [] as number[], unwrittenFromMs = 3000 } = {}) {
  const image = { url: 's3://bucket/x', sizeBytes: 1, sha256: 'a'.repeat(64), variants: [] };
  const frames = new Map(slots.map((slotMs) => [slotMs, image]));
  const announced = { frames, doubled: new Set(doubled), repeated: 0 };
  return matchEvents(ACCOUNT, announced, (slotMs) => slotMs >= unwrittenFromMs);
}

describe('the events of a session, against its account', () => {
  it('agree where each stored slot has one', () => {
    assert.deepEqual(match([0, 2000]), { stored: [0, 2000], late: [], sinceLedger: [], differences: [] });
  });

  it('miss a stored slot', () => {
    assert.deepEqual(match([0]).differences, [{ kind: 'missing-event', slotMs: 2000 }]);
  });

  it('are late where the slot was recorded as a gap', () => {
    const { late, differences } = match([0, 1000, 2000]);
    assert.deepEqual(late, [1000]);
    assert.deepEqual(differences, []);
  });

  it('may be newer than the ledger', () => {
    const { sinceLedger, differences } = match([0, 2000, 3000, 9000]);
    assert.deepEqual(sinceLedger, [3000, 9000]);
    assert.deepEqual(differences, []);
  });

  it('are unknown where the ledger has no such slot and never will', () => {
    const { differences } = match([-1000, 0, 2000, 2500, 3000], { unwrittenFromMs: Infinity });
    assert.deepEqual(
      differences,
      [-1000, 2500, 3000].map((slotMs) => ({ kind: 'unknown-event', slotMs })),
    );
  });

  it('are doubled where they name different pictures', () => {
    assert.deepEqual(match([0, 2000], { doubled: [2000] }).differences, [{ kind: 'doubled-event', slotMs: 2000 }]);
  });
});

describe('what a ledger has not come to yet', () => {
  const [first, second] = [
    partOf({ epoch: 1, fromMs: 0, untilMs: 3000 }),
    partOf({ epoch: 2, fromMs: 5000, untilMs: 8000, updatedAtMs: 9000 }),
  ];
  const parts = [first, second];

  it('is nothing once it is sealed', () => {
    assert.equal(unwrittenBy({ parts, isSealed: true })(9000), false);
  });

  it('begins where its last part ends, and where one does whose host may still write', () => {
    const isUnwritten = unwrittenBy({ parts, isSealed: false });
    const slots = [2000, 3000, 4999, 5000, 7000, 8000, 99_000];
    assert.deepEqual(slots.filter(isUnwritten), [3000, 4999, 8000, 99_000]);
  });

  it('is all where no part has a picture', () => {
    assert.equal(unwrittenBy({ parts: [], isSealed: false })(0), true);
  });

  it('has no place between parts where the host of the first has been silent for a minute', () => {
    const late = { ...second, updatedAtMs: 64_000 };
    assert.equal(isOpen(first, second), true);
    assert.equal(isOpen(first, late), false);
    assert.equal(unwrittenBy({ parts: [first, late], isSealed: false })(4000), false);
  });
});

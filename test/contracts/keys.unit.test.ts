import assert from 'node:assert/strict';
import {
  frameKey,
  latestKey,
  ledgerKey,
  ledgerPrefix,
  sessionLedgerKey,
  sessionPrefix,
  slotOfKey,
  variantOfKey,
} from '../../contracts/keys.js';

const session = { tenant: 'acme', streamId: 'cam1', sessionId: '20261120T101112-abc' };
const slotMs = Date.UTC(2026, 10, 20, 23, 59, 59, 750);

describe('object keys', () => {
  const cases: [string, string, string][] = [
    ['a frame', frameKey(session, { slotMs }), `acme/frames/cam1/20261120T101112-abc/2026-11-20/23/${slotMs}.jpg`],
    [
      'a variant of it',
      frameKey(session, { slotMs, size: { width: 640, height: 360 } }),
      `acme/frames/cam1/20261120T101112-abc/2026-11-20/23/${slotMs}_640x360.jpg`,
    ],
    [
      'the first slot of the next hour, which is the next day',
      frameKey(session, { slotMs: slotMs + 250 }),
      `acme/frames/cam1/20261120T101112-abc/2026-11-21/00/${slotMs + 250}.jpg`,
    ],
    ['the newest frame', latestKey(session), 'acme/latest/cam1.jpg'],
    ['the ledger of a segment', ledgerKey(session, 12), 'acme/ledger/cam1/20261120T101112-abc/12.json'],
    ['the sealed ledger', sessionLedgerKey(session), 'acme/ledger/cam1/20261120T101112-abc/session.json'],
  ];
  for (const [what, key, expected] of cases) it(`name ${what}`, () => assert.equal(key, expected));

  const told: [key: string, slotMs: number | undefined, variant: string | undefined][] = [
    [frameKey(session, { slotMs }), slotMs, undefined],
    [frameKey(session, { slotMs, size: { width: 640, height: 360 } }), slotMs, '640x360'],
    ['acme/frames/cam1/s/2026-11-20/23/1.png', undefined, undefined],
    ['acme/frames/cam1/s/2026-11-20/23/1xjpg', undefined, undefined],
    [ledgerKey(session, 1), undefined, undefined],
    [latestKey(session), undefined, undefined],
  ];
  for (const [key, slot, variant] of told)
    it(`tell what they stand for: ${key}`, () => {
      assert.equal(slotOfKey(key), slot);
      assert.equal(variantOfKey(key), variant);
    });

  it('lie under the prefix of their session, which no other session shares', () => {
    assert.ok(frameKey(session, { slotMs }).startsWith(sessionPrefix(session)));
    assert.ok(ledgerKey(session, 1).startsWith(ledgerPrefix(session)));
    assert.ok(!sessionPrefix({ ...session, streamId: 'cam10' }).startsWith(sessionPrefix(session)));
  });
});

import assert from 'node:assert/strict';
import { openSlot } from '../../../activities/capture/open-slot.js';
import type { RatePoint } from '../../../contracts/slots.js';

const at = (fromMs: number, everyMs: number, isPaused = false): RatePoint => ({ fromMs, everyMs, isPaused });
const STEADY = [at(1000, 500)];
const FASTER = [at(0, 500), at(1050, 200)];
const STORM = [at(0, 500), at(1050, 350), at(1100, 300)];

describe('the slot that a picture serves', () => {
  const cases: [
    title: string,
    timeline: RatePoint[],
    accountedMs: number,
    timeMs: number,
    slotMs: number | undefined,
  ][] = [
    ['is the one whose window it falls in', STEADY, 1001, 1730, 1500],
    ['is the one that it falls on', STEADY, 1001, 1500, 1500],
    ['is none where that has a picture', STEADY, 1501, 1999.9, undefined],
    ['leaves out those whose window has passed', STEADY, 1001, 3100, 3000],
    ['is one of the rate before while its window lasts', FASTER, 501, 1060, 1000],
    ['is of the new rate when that has its picture', FASTER, 1001, 1250, 1200],
    ['is of the new rate when the window of the old one has passed', FASTER, 501, 1600, 1600],
    ['is the earliest of several rates', STORM, 501, 1110, 1000],
    ['is none in a pause', [at(0, 500, true)], 0, 1700, undefined],
    ['is none before the account', STEADY, 5000, 4000, undefined],
  ];
  for (const [title, timeline, accountedMs, timeMs, slotMs] of cases) {
    it(title, () => assert.equal(openSlot(timeline, { accountedMs, timeMs })?.slotMs, slotMs));
  }
});

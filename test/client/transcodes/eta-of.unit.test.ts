import assert from 'node:assert/strict';
import { etaOf } from '../../../client/transcodes/eta-of.js';
import type { TranscodeState } from '../../../contracts/transcode.js';

type Given = Pick<TranscodeState, 'status' | 'phaseMs' | 'startedAtMs' | 'pieces'>;

const state = (done: number, change: Partial<Given> = {}): Given => ({
  status: 'running',
  phaseMs: { probe: 5000 },
  startedAtMs: 0,
  pieces: { total: 10, done, reused: 0, running: 0 },
  ...change,
});
const encoding = (percent: number) => ({ stage: 'encode' as const, percent });

describe('the time that is left', () => {
  const cases: [string, Given, ReturnType<typeof encoding>[], number | undefined][] = [
    ['is not known while the input is looked at', state(0, { phaseMs: {} }), [], undefined],
    ['is not known before anything is made', state(0), [], undefined],
    ['is not known of a task that is stopping', state(5, { status: 'stopping' }), [], undefined],
    ['is as long as what was made took, for as much again', state(5), [], 10_000],
    ['counts the part of a piece that is made', state(0), [encoding(100), encoding(100)], 45_556],
    ['is none once all is made', state(10), [], 0],
    [
      'passes over what an earlier run had made',
      state(6, { pieces: { total: 10, done: 6, reused: 5, running: 0 } }),
      [],
      40_000,
    ],
  ];
  for (const [title, given, running, etaMs] of cases)
    it(title, () => {
      assert.equal(etaOf(given, { running, nowMs: 15_000 }), etaMs);
    });
});

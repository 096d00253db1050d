import assert from 'node:assert/strict';
import {
  afterFailure,
  afterNothingLearnt,
  BREAKER_POLICY,
  CLOSED,
  mayProbe,
  refuses,
  withProbe,
  type BreakerState,
  type Trouble,
} from '../../../activities/delivery/breaker-state.js';

const LATEST = 0.999; // of the random share: the longest pause
const policy = BREAKER_POLICY;

/** The state after failures of these troubles, the probes among them sent when they were due. */
function after(...troubles: Trouble[]): BreakerState {
  let nowMs = 0;
  return troubles.reduce<BreakerState>((state, trouble) => {
    const isProbe = state.kind === 'open';
    if (state.kind === 'open') nowMs = state.probeAtMs;
    return afterFailure(isProbe ? withProbe(state) : state, { trouble, isProbe, nowMs, random: LATEST }, policy);
  }, CLOSED);
}
const times = (count: number, trouble: Trouble): Trouble[] => Array.from({ length: count }, () => trouble);
const pauseOf = (state: BreakerState, previous: BreakerState): number =>
  state.kind === 'open' && previous.kind === 'open' ? Math.round(state.probeAtMs - previous.probeAtMs) : NaN;

describe('the state of a breaker', () => {
  for (const [troubles, kind] of [
    [['outage'], 'closed'],
    [['outage', 'outage'], 'closed'],
    [['outage', 'outage', 'outage'], 'open'],
    [['denied'], 'open'],
    [['outage', 'denied'], 'open'],
  ] as const) {
    it(`is ${kind} after ${troubles.join(', ')}`, () => assert.equal(after(...troubles).kind, kind));
  }

  it('asks an outage again within a second and a half, however long it lasts', () => {
    const pauses = [3, 4, 5, 6, 7, 20].map((count) =>
      pauseOf(after(...times(count + 1, 'outage')), after(...times(count, 'outage'))),
    );
    assert.deepEqual(
      pauses.map((pause) => Math.round(pause / 100) * 100),
      [400, 800, 1500, 1500, 1500, 1500],
    );
  });

  it('asks a denial with growing pauses, and refuses after five', () => {
    const states = [1, 2, 3, 4, 5, 6].map((count) => after(...times(count, 'denied')));
    assert.deepEqual(
      states.map((state) => refuses(state, policy)),
      [false, false, false, false, false, true],
    );
    const last = states.at(-2);
    const beganMs = last?.kind === 'open' ? last.sinceMs : NaN;
    const tookMs = last?.kind === 'open' ? last.probeAtMs - beganMs : NaN;
    assert.ok(tookMs > 15_000 && tookMs <= 30_000, `${tookMs} ms`);
  });

  it('begins to count anew where an outage turns into a denial, and the other way round', () => {
    assert.equal(refuses(after(...times(9, 'outage'), 'denied'), policy), false);
    assert.equal(refuses(after(...times(6, 'denied'), 'outage'), policy), false);
  });

  it('learns nothing from the calls that were under way when it opened', () => {
    const state = after(...times(3, 'outage'));
    const failure = { trouble: 'denied', isProbe: false, nowMs: 5, random: 0 } as const;
    assert.equal(afterFailure(state, failure, policy), state);
  });

  it('sends one probe at a time, not before its time', () => {
    const state = after(...times(3, 'outage'));
    assert.ok(state.kind === 'open');
    assert.equal(mayProbe(state, state.probeAtMs - 1), false);
    assert.equal(mayProbe(state, state.probeAtMs), true);
    assert.equal(mayProbe(withProbe(state), state.probeAtMs), false);
    assert.equal(mayProbe(afterNothingLearnt(withProbe(state), 7), 7), true);
    assert.equal(mayProbe(CLOSED, 0), false);
  });

  it('asks rarely once something else does the work', () => {
    const rare = { ...policy, rarely: { afterMs: 10_000, everyMs: 60_000 } };
    const state = after(...times(3, 'outage'));
    const pause = (nowMs: number): number => {
      const next = afterFailure(withProbe(state), { trouble: 'outage', isProbe: true, nowMs, random: LATEST }, rare);
      return next.kind === 'open' ? next.probeAtMs - nowMs : NaN;
    };
    assert.ok(pause(9999) <= 1500);
    assert.ok(pause(10_000) > 30_000 && pause(10_000) <= 60_000);
  });
});

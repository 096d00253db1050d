import assert from 'node:assert/strict';
import { createHostClock, type HostClock } from '../../../activities/host/host-clock.js';

const T0 = 1_700_000_000_000;
const HALF_HOUR_MS = 1_800_000;

describe('the clock of a host', () => {
  let trueMs: number;
  let wallErrorMs: number;
  let monotonicMs: number;
  let skews: number[];
  let clock: HostClock;

  /** A process that starts while its wall clock is off. */
  const start = (errorMs = 0): void => {
    trueMs = T0;
    wallErrorMs = errorMs;
    monotonicMs = 5000;
    skews = [];
    clock = createHostClock({
      wallMs: () => trueMs + wallErrorMs,
      monotonicMs: () => monotonicMs,
      onSkew: (skewMs) => skews.push(skewMs),
      patienceMs: 20,
    });
  };
  const runs = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 100) {
      passes(100);
      clock.nowMs();
    }
  };
  const passes = (ms: number): void => {
    trueMs += ms;
    monotonicMs += ms;
  };
  /** The server is asked for the lease, and its answer takes 80 ms. */
  const hearServer = (): void => {
    clock.asked();
    passes(30);
    const serverMs = trueMs;
    passes(50);
    clock.granted(serverMs);
  };
  const errorMs = (): number => clock.nowMs() - trueMs;

  it('is the wall clock where that is right', () => {
    start();
    hearServer();
    runs(60_000);
    assert.equal(errorMs(), 0);
    assert.deepEqual(skews, []);
  });

  for (const [what, error] of [
    ['behind', -HALF_HOUR_MS],
    ['ahead', HALF_HOUR_MS],
  ] as const)
    it(`is set by the server's first word where the wall clock is ${what}, which is told`, () => {
      start(error);
      hearServer();
      assert.ok(Math.abs(errorMs()) <= 80, String(errorMs()));
      assert.ok(Math.abs(skews[0]! - error) <= 80);
    });

  it('takes no notice of a wall clock that is set wrong while it runs', () => {
    start();
    hearServer();
    for (const error of [3_600_000, -3_600_000, 0]) {
      wallErrorMs = error;
      runs(30_000);
      assert.ok(Math.abs(errorMs()) <= 80, String(errorMs()));
    }
  });

  it('goes back to the wall clock little by little when that is right again', () => {
    start(-HALF_HOUR_MS);
    hearServer();
    wallErrorMs = 0;
    runs(60_000);
    assert.equal(Math.round(errorMs()), 0);
  });

  it('makes up for a suspended machine at the next word of the server', () => {
    start();
    hearServer();
    trueMs += HALF_HOUR_MS;
    assert.equal(Math.round(errorMs()), -HALF_HOUR_MS);
    hearServer();
    clock.nowMs();
    assert.ok(Math.abs(errorMs()) <= 80, String(errorMs()));
  });

  it('never goes back, and runs at half the pace until it is right', () => {
    start();
    hearServer();
    trueMs -= 60_000;
    const before = clock.nowMs();
    hearServer();
    assert.ok(clock.nowMs() >= before);
    runs(60_000);
    assert.ok(errorMs() > 20_000 && errorMs() < 40_000, String(errorMs()));
    runs(70_000);
    assert.ok(Math.abs(errorMs()) <= 1000, String(errorMs()));
  });

  it('is put forward by work that the server gave after what it shows, and counts at once', async () => {
    start(-HALF_HOUR_MS);
    await clock.scheduled(trueMs - 40);
    assert.ok(Math.abs(errorMs()) <= 80, String(errorMs()));
  });

  it('waits for the lease where work was given so long ago that it may be ahead, and goes back', async () => {
    start(HALF_HOUR_MS);
    const counting = clock.scheduled(trueMs - 40);
    hearServer();
    await counting;
    assert.ok(Math.abs(errorMs()) <= 80, String(errorMs()));
  });

  it('waits in vain no longer than its patience', async () => {
    start(HALF_HOUR_MS);
    await clock.scheduled(trueMs - 40);
    assert.equal(errorMs(), HALF_HOUR_MS);
  });

  it('runs on from the wall clock of its start where it never hears the server', () => {
    start();
    wallErrorMs = HALF_HOUR_MS;
    runs(10_000);
    assert.equal(errorMs(), 0);
  });
});

import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createReporter, type Reporter } from '../../../activities/capture/reporter.js';
import type { CaptureReport } from '../../../contracts/messages.js';
import { fakeStreams, type FakeStreams } from '../fake-streams.js';
import { SESSION } from './frames.js';

const HOUR_MS = 3_600_000;
const PAUSE_MS = 10_000;
const wanted: CaptureReport = { kind: 'relay-wanted', epoch: 1 };
const capturing = (atMs: number): CaptureReport => ({ kind: 'capturing', epoch: 1, atMs, firstSlotMs: 0 });
const interrupted = (atMs: number): CaptureReport => ({
  kind: 'interrupted',
  epoch: 1,
  atMs,
  problem: { code: 'source-stalled', message: 'it stalled' },
});

describe('what a capture tells its stream', () => {
  let streams: FakeStreams;
  let reporter: Reporter;
  let closing: AbortController;
  let unknown: number;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    streams = fakeStreams();
    closing = new AbortController();
    unknown = 0;
    reporter = createReporter({
      client: streams.client,
      session: SESSION,
      epoch: 1,
      closing: closing.signal,
      onAttempt: () => undefined,
      onUnknown: () => (unknown += 1),
    });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('arrives in order after Temporal was away for an hour', async () => {
    streams.isAway = true;
    for (const report of [capturing(1), interrupted(2), capturing(3), wanted]) reporter.report(report);
    await passes(HOUR_MS);
    assert.equal(unknown, 0);
    assert.deepEqual(streams.reports, []);
    streams.isAway = false;
    await passes(PAUSE_MS);
    await reporter.idle();
    assert.deepEqual(
      streams.reports.map(({ kind }) => kind),
      ['capturing', 'interrupted', 'capturing', 'relay-wanted'],
    );
  });

  it('says of which session it is', async () => {
    reporter.report(wanted);
    await reporter.idle();
    await reporter.tellLost({ reason: 'lost', untilMs: 0, timeline: [], counts: { due: 0, stored: 0, gaps: 0 } });
    assert.equal(streams.reports[0]?.sessionId, SESSION.sessionId);
    assert.equal(streams.ends[0]?.sessionId, SESSION.sessionId);
  });

  it('ends the capture where the stream is gone', async () => {
    streams.terminate();
    reporter.report(wanted);
    await reporter.idle();
    assert.equal(unknown, 1);
  });

  it('is given up with the last work of the worker, which ends no capture', async () => {
    streams.isAway = true;
    reporter.report(wanted);
    await turn();
    closing.abort();
    await reporter.idle();
    assert.equal(unknown, 0);
  });
});

async function passes(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += PAUSE_MS) {
    mock.timers.tick(PAUSE_MS);
    for (let turns = 0; turns < 5; turns += 1) await turn();
  }
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { CancelledFailure } from '@temporalio/common';
import { createApplyCapturePolicy } from '../../activities/apply-capture-policy.js';
import { createStopCapture } from '../../activities/stop-capture.js';
import { auditParts } from '../../contracts/audit.js';
import { fault } from '../../contracts/errors.js';
import { frameKey, ledgerKey } from '../../contracts/keys.js';
import type { CaptureEnd } from '../../contracts/messages.js';
import { slotAt } from '../../contracts/slots.js';
import { useTempFolder } from '../dev/temp-folder.js';
import { useClips } from '../media/clips.js';
import { processesNaming } from '../media/processes-naming.js';
import { useSourceServer } from '../media/source-server.js';
import { failingWith } from '../port-suites/failing-with.js';
import { inputOf, openBench, SEGMENT_ID } from './capture-bench.js';
import { SESSION } from './capture/frames.js';
import { policyOf } from './capture/scene.js';

describe('the activity captureFrames', () => {
  const folder = useTempFolder();
  const clips = useClips();
  const server = useSourceServer();
  let clip: string;
  let bench: Awaited<ReturnType<typeof openBench>>;
  before(async () => {
    clip = await clips.make('clip.mp4', { seconds: 30, fps: 25 });
  });
  beforeEach(async () => {
    bench = await openBench(folder());
  });
  afterEach(async () => {
    await bench.close();
    assert.deepEqual(processesNaming(clips.folder), [], 'something was left');
    assert.deepEqual([...bench.registry.entries], [], 'something was left');
  });

  it('returns its account, which is in the store by then, and has told the stream', async () => {
    const { ended } = bench.start(inputOf(await clips.make('short.mp4', { seconds: 3, fps: 25 })));
    const end = await ended;
    assert.equal(end.reason, 'source-ended');
    const part = await bench.part();
    assert.ok(part);
    assert.deepEqual(part.untilMs, end.untilMs);
    assert.deepEqual(part.timeline, end.timeline);
    assert.deepEqual(part.counts, end.counts);
    assert.ok(end.counts.stored >= 5);
    assert.deepEqual(auditParts([part]).differences, []);
    assert.deepEqual(
      bench.streams.reports.map(({ kind }) => kind),
      ['attached', 'capturing'],
    );
    assert.equal(bench.spool.usedBytes, 0);
  });

  it('heartbeats as pictures come, a second apart, with how far it is', async () => {
    const { beats, ended } = bench.start(inputOf(await clips.make('beats.mp4', { seconds: 5, fps: 25 })));
    const { untilMs } = await ended;
    assert.ok(beats.length >= 4 && beats.length <= 8, `${beats.length} heartbeats in 5 s`);
    for (const [index, { atMs }] of beats.slice(1).entries()) assert.ok(atMs - (beats[index]?.atMs ?? 0) >= 999);
    const last = beats.at(-1);
    assert.equal(last?.host, 'here');
    assert.ok(last.stored >= 4 && last.lastSlotMs > untilMs - 3000 && last.lastSlotMs < untilMs);
  });

  it('does not heartbeat while its source is silent', async () => {
    server.answer = () => {};
    const input = inputOf(server.url('/live.flv'), { source: { stallMs: 5000, reconnectWindowMs: 0 } });
    const { beats, ended } = bench.start(input);
    await assert.rejects(ended, failingWith('source-unreachable'));
    assert.deepEqual(beats, []);
  });

  it('ends as cancelled with its account, and with its ffmpeg gone, when it is cancelled', async () => {
    const { environment, ended } = bench.start(inputOf(clip));
    await bench.streams.signals.reached(2);
    assert.equal(processesNaming(clips.folder).length, 1);
    environment.cancel('CANCELLED');
    const failure = await ended.catch((error: unknown) => error);
    assert.ok(failure instanceof CancelledFailure);
    const [end] = failure.details as [CaptureEnd];
    assert.ok(end.counts.stored >= 1);
    assert.deepEqual((await bench.part())?.counts, end.counts);
    assert.deepEqual(bench.streams.ends, []);
  });

  it('tells the stream that it is lost, with its account, where its segment is gone', async () => {
    const { environment, ended } = bench.start(inputOf(clip));
    await bench.streams.signals.reached(2);
    environment.cancel('NOT_FOUND', { ...NO_CANCELLATION, notFound: true });
    await assert.rejects(ended, CancelledFailure);
    const [told] = bench.streams.ends;
    assert.equal(told?.epoch, 1);
    assert.equal(told?.end.reason, 'lost');
    assert.equal(told?.end.untilMs, (await bench.part())?.untilMs);
  });

  it('that is cancelled before it begins starts and leaves nothing', async () => {
    const { environment, ended } = bench.start(inputOf(clip));
    environment.cancel('CANCELLED');
    await assert.rejects(ended, CancelledFailure);
    assert.equal(await bench.part(), undefined);
  });

  it('ends where its stream does not exist any more', async () => {
    bench.streams.terminate();
    assert.equal((await bench.start(inputOf(clip)).ended).reason, 'handover');
  });

  it('fails with the code of its source, and leaves no account where there was no picture', async () => {
    const input = inputOf('file:///no/such/clip.mp4', { source: { reconnectWindowMs: 0 } });
    await assert.rejects(bench.start(input).ended, failingWith('source-not-found'));
    assert.equal(await bench.part(), undefined);
  });

  it('pulls no source that its host must not', async () => {
    const checkSource = () => Promise.reject(fault('source-address-forbidden', 'inside the network'));
    const guarded = await openBench(join(folder(), 'guarded'), { host: { checkSource } });
    await assert.rejects(guarded.start(inputOf(clip)).ended, failingWith('source-address-forbidden'));
    assert.deepEqual(guarded.streams.reports, []);
    await guarded.close();
  });

  it('goes on as another attempt where the ledger and the frames of the lost one end', async () => {
    const nowMs = Date.now();
    const firstSlotMs = slotAt(nowMs - 8000, 500);
    const at = (slots: number): number => firstSlotMs + slots * 500;
    const lost = {
      version: 1,
      ...SESSION,
      epoch: 1,
      host: 'lost',
      fromMs: firstSlotMs,
      untilMs: at(2) + 1,
      updatedAtMs: 0,
      timeline: [{ fromMs: firstSlotMs, everyMs: 500, isPaused: false }],
      gaps: [],
      stored: [{ fromSlotMs: at(0), toSlotMs: at(2), everyMs: 500 }],
      counts: { due: 3, stored: 3, gaps: 0 },
    };
    const content = { contentType: 'application/json' };
    await bench.store.put(ledgerKey(SESSION, 1), Buffer.from(JSON.stringify(lost)), content);
    for (const slots of [3, 5])
      await bench.store.put(frameKey(SESSION, { slotMs: at(slots) }), Buffer.from('x'), content);
    const { ended } = bench.start(inputOf(clip), { attempt: 2 });
    await bench.streams.signals.reached(2);
    await createStopCapture(bench.registry)({ segmentId: SEGMENT_ID });
    const { counts } = await ended;
    const part = await bench.part();
    assert.ok(part);
    assert.deepEqual(part.fromMs, firstSlotMs);
    assert.equal(part.host, 'here');
    assert.deepEqual(part.counts, counts);
    assert.deepEqual(part.stored[0], { fromSlotMs: at(0), toSlotMs: at(3), everyMs: 500 });
    assert.deepEqual(part.gaps[0], { fromSlotMs: at(4), toSlotMs: at(4), everyMs: 500, reason: 'worker-lost' });
    assert.ok(part.gaps.every(({ reason }) => reason === 'worker-lost'));
    assert.deepEqual(auditParts([part]).differences, []);
    const announced = await bench.gaps();
    assert.deepEqual(
      announced.map(({ reason }) => reason),
      ['worker-lost'],
    );
  });

  it('as another attempt of a segment that was relieved meanwhile captures nothing', async () => {
    bench.streams.hasRelieved = true;
    const { reason, timeline } = await bench.start(inputOf(clip), { attempt: 2 }).ended;
    assert.equal(reason, 'lost');
    assert.deepEqual(timeline, []);
    assert.deepEqual(bench.streams.reports, []);
  });

  it('obeys messages to its host, and an old policy changes nothing', async () => {
    const applyCapturePolicy = createApplyCapturePolicy(bench.registry);
    const { ended } = bench.start(inputOf(clip));
    await bench.streams.signals.reached(2);
    const applied = await applyCapturePolicy({ segmentId: SEGMENT_ID, policy: policyOf(250, { revision: 2 }) });
    assert.equal(applied.everyMs, 250);
    for (const revision of [1, 2]) {
      const policy = policyOf(2000, { revision });
      assert.deepEqual(await applyCapturePolicy({ segmentId: SEGMENT_ID, policy }), applied);
    }
    await createStopCapture(bench.registry)({ segmentId: SEGMENT_ID });
    assert.equal((await ended).reason, 'stopped');
    await assert.rejects(
      applyCapturePolicy({ segmentId: SEGMENT_ID, policy: policyOf(250) }),
      failingWith('capture-not-found'),
    );
    await assert.rejects(
      createStopCapture(bench.registry)({ segmentId: SEGMENT_ID }),
      failingWith('capture-not-found'),
    );
  });
});

const NO_CANCELLATION = {
  cancelRequested: false,
  notFound: false,
  timedOut: false,
  workerShutdown: false,
  paused: false,
  reset: false,
};

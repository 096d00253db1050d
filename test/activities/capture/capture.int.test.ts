import assert from 'node:assert/strict';
import type { CaptureReport } from '../../../contracts/messages.js';
import { countSlots, slotAt } from '../../../contracts/slots.js';
import { useClips } from '../../media/clips.js';
import { play, policyOf, realMs, type Scene } from './scene.js';

const steps = (slots: readonly number[]): number[] =>
  slots.slice(1).map((slotMs, index) => slotMs - (slots[index] ?? 0));
const reported = ({ reports }: Pick<Scene, 'reports'>): string[] => reports.map(({ kind }) => kind);

describe('a capture', () => {
  const clips = useClips();
  let clip: string;
  before(async () => {
    clip = await clips.make('clip.mp4', { seconds: 30, fps: 25 });
  });

  it('begins with the slot of its first picture and stores one frame for each slot of the clip', async () => {
    const scene = play({ url: await clips.make('short.mp4', { seconds: 4, fps: 25 }), everyMs: 500 });
    const end = await scene.ended;
    assert.equal(end.reason, 'source-ended');
    const slots = scene.storedSlots();
    assert.ok(slots.length >= 7 && slots.length <= 9, `${slots.length} slots in 4 s`);
    assert.ok(steps(slots).every((step) => step === 500));
    assert.deepEqual(end.counts, { due: slots.length, stored: slots.length, gaps: 0 });
    const capturing = scene.reports.find((report) => report.kind === 'capturing');
    assert.equal(capturing?.firstSlotMs, slots[0]);
    assert.deepEqual(reported(scene), ['attached', 'capturing']);
    for (const { slotMs, capturedAtMs } of scene.frames) assert.equal(slotAt(capturedAtMs, 500), slotMs);
    assert.deepEqual(scene.differences(), []);
  });

  it('captures at a new rate from the slot that it answers, and misses none', async () => {
    const scene = play({ url: clip, everyMs: 1000 });
    await scene.frame(({ slotMs }) => slotMs > 0);
    const changes: { everyMs: number; fromSlotMs: number }[] = [];
    for (const [index, everyMs] of [200, 1000, 100, 500].entries()) {
      const { fromSlotMs } = scene.capture.apply(policyOf(everyMs, { revision: index + 1 }));
      assert.ok(fromSlotMs !== null);
      changes.push({ everyMs, fromSlotMs });
      await scene.frame(({ slotMs }) => slotMs >= fromSlotMs + 2000);
    }
    scene.capture.stop('stopped');
    await scene.ended;
    const slots = scene.storedSlots();
    for (const [index, { everyMs, fromSlotMs }] of changes.entries()) {
      const untilMs = changes[index + 1]?.fromSlotMs ?? Infinity;
      const own = slots.filter((slotMs) => slotMs >= fromSlotMs && slotMs < untilMs && slotMs % everyMs === 0);
      assert.equal(own[0], fromSlotMs);
      assert.ok(
        own.length >= 3 && steps(own).every((step) => step === everyMs),
        `every ${everyMs}: ${steps(own).join()}`,
      );
    }
    assert.deepEqual(scene.gaps, []);
    assert.deepEqual(scene.differences(), []);
  });

  it('stores nothing while paused, and accounts for each slot of the pause', async () => {
    const scene = play({ url: clip, everyMs: 250 });
    const first = await scene.frame(({ slotMs }) => slotMs > 0);
    await scene.frame(({ slotMs }) => slotMs >= first.slotMs + 500);
    const { fromSlotMs: pausedFromMs } = scene.capture.apply(policyOf(250, { revision: 1, isPaused: true }));
    const pictures = scene.frames.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { fromSlotMs: resumedFromMs } = scene.capture.apply(policyOf(250, { revision: 2 }));
    await scene.frame(({ slotMs }) => slotMs >= (resumedFromMs ?? 0) + 500);
    scene.capture.stop('stopped');
    await scene.ended;
    assert.ok(scene.frames.length > pictures);
    assert.ok(scene.storedSlots().every((slotMs) => slotMs < (pausedFromMs ?? 0) || slotMs >= (resumedFromMs ?? 0)));
    const { gaps } = scene.capture.account.part(0);
    assert.deepEqual([...new Set(gaps.map(({ reason }) => reason))], ['paused']);
    assert.equal(countSlots(gaps), ((resumedFromMs ?? 0) - (pausedFromMs ?? 0)) / 250);
    assert.deepEqual(scene.gaps, gaps);
    assert.deepEqual(scene.differences(), []);
  });

  it('that is stopped while paused accounts for the slots up to its end', async () => {
    const scene = play({ url: clip, everyMs: 100 });
    await scene.frame(({ slotMs }) => slotMs > 0);
    const { fromSlotMs } = scene.capture.apply(policyOf(100, { revision: 1, isPaused: true }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    scene.capture.stop('stopped');
    const { untilMs } = await scene.ended;
    assert.ok(untilMs > (fromSlotMs ?? 0) + 400);
    assert.ok(countSlots(scene.gaps) >= 4);
    assert.deepEqual(scene.differences(), []);
  });

  for (const reason of ['stopped', 'handover'] as const) {
    it(`ends as ${reason} within a second or two when it is told to, and not as told later`, async () => {
      const scene = play({ url: clip });
      await scene.frame(({ slotMs }) => slotMs > 0);
      const startedMs = performance.now();
      scene.capture.stop(reason);
      scene.capture.stop(reason === 'stopped' ? 'handover' : 'stopped');
      assert.equal((await scene.ended).reason, reason);
      assert.ok(performance.now() - startedMs < 10_000);
    });
  }

  it('that is stopped before it begins ends without a picture', async () => {
    const scene = play({ url: clip });
    scene.capture.stop('stopped');
    const end = await scene.ended;
    assert.equal(end.reason, 'stopped');
    assert.deepEqual(end.timeline, []);
    assert.deepEqual(end.counts, { due: 0, stored: 0, gaps: 0 });
  });

  it('accounts for what nobody captured since the segment before it ended', async () => {
    const scene = play({ url: clip, everyMs: 250 });
    await scene.frame(({ slotMs }) => slotMs > 0);
    scene.capture.stop('handover');
    const { untilMs, timeline } = await scene.ended;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const next = play({ url: clip, everyMs: 250, input: { epoch: 2 }, deps: { continues: { untilMs, timeline } } });
    await next.frame(({ slotMs }) => slotMs > untilMs + 2000);
    next.capture.stop('stopped');
    const { counts } = await next.ended;
    assert.deepEqual([...new Set(next.gaps.map(({ reason }) => reason))], ['worker-lost']);
    assert.equal(counts.due, counts.stored + counts.gaps);
    assert.deepEqual(next.differences(), []);
  });

  it('waits for frames on their way, and counts those as gaps that the spool had no room for', async () => {
    let isFull = false;
    const scene = play({
      url: await clips.make('shed.mp4', { seconds: 3, fps: 25 }),
      everyMs: 200,
      deliver: (frame) => {
        isFull = frame.slotMs % 1000 === 400;
        const outcome = isFull ? 'shed' : 'stored';
        return new Promise((resolve) => setTimeout(() => resolve(outcome), 300));
      },
    });
    const { counts } = await scene.ended;
    assert.equal(scene.capture.account.progress.pending, 0);
    assert.ok(counts.gaps >= 2 && counts.gaps <= 4, `${counts.gaps} gaps`);
    assert.deepEqual([...new Set(scene.gaps.map(({ reason }) => reason))], ['spool-full']);
    assert.deepEqual(scene.differences(), []);
  });

  it('fails with what ffmpeg said where there never was a picture', async () => {
    const reports: CaptureReport[] = [];
    // The window is over when the source was tried twice, however long ffmpeg takes for a try.
    const wasTriedTwice = (): boolean => reports.filter(({ kind }) => kind === 'waiting').length >= 2;
    const scene = play({
      url: 'file:///no/such/clip.mp4',
      source: { reconnectWindowMs: 60_000 },
      deps: {
        onReport: (report) => reports.push(report),
        nowMs: () => realMs() + (wasTriedTwice() ? 60_000 : 0),
      },
    });
    const { reason, problem } = await scene.ended;
    assert.equal(reason, 'failed');
    assert.equal(problem?.code, 'source-not-found');
    assert.match(problem?.message ?? '', /No such file or directory/);
    assert.match(problem?.command ?? '', /ffmpeg .*file:\/no\/such\/clip\.mp4/);
    assert.deepEqual([...new Set(reported({ reports }))], ['attached', 'waiting']);
    assert.ok(reports.length >= 3, 'it was tried more than once');
  });

  it('fails at once where no other try can help', async () => {
    const page = await clips.make('sound.mp4', { seconds: 1, source: 'sine=duration=1', options: ['-vn'] });
    const text = new URL('./scene.js', import.meta.url).href;
    const scene = play({ url: text, source: { reconnectWindowMs: 60_000 } });
    assert.equal((await scene.ended).problem?.code, 'source-not-media');
    const sound = play({ url: page, source: { reconnectWindowMs: 500 } });
    assert.equal((await sound.ended).problem?.code, 'source-no-video');
  });
});

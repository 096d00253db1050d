import assert from 'node:assert/strict';
import type { CaptureReport } from '../../../contracts/messages.js';
import { createCounter } from './switchable.js';
import { useClips } from '../../media/clips.js';
import { play, policyOf, type Scene } from './scene.js';

const steps = (slots: readonly number[]): number[] =>
  slots.slice(1).map((slotMs, index) => slotMs - (slots[index] ?? 0));

describe('a relay between two captures', () => {
  const clips = useClips();
  let clip: string;
  before(async () => {
    clip = await clips.make('clip.mp4', { seconds: 30, fps: 25 });
  });

  /** A successor that has pictures, and says from which slot on. */
  async function readySuccessor(everyMs: number): Promise<{ next: Scene; firstSlotMs: number }> {
    const reported = createCounter();
    const reports: CaptureReport[] = [];
    const onReport = (report: CaptureReport): void => {
      reports.push(report);
      reported.add();
    };
    const next = play({ url: clip, everyMs, input: { epoch: 2, isSuccessor: true }, deps: { onReport } });
    await reported.reached(2);
    assert.deepEqual(
      reports.map(({ kind }) => kind),
      ['attached', 'ready'],
    );
    return { next, firstSlotMs: (reports[1] as { firstSlotMs: number }).firstSlotMs };
  }

  const begin = (
    next: Scene,
    { cut, everyMs }: { cut: ReturnType<Scene['capture']['cut']>; everyMs: number },
  ): void => {
    next.capture.begin({ continues: cut, policy: policyOf(everyMs), missing: undefined, isAway: false });
  };

  for (const everyMs of [100, 250, 1000]) {
    it(`at ${everyMs} ms loses no slot and doubles none, however late the successor is told`, async () => {
      const scene = play({ url: clip, everyMs });
      await scene.frame(({ slotMs }) => slotMs > 0);
      const { next, firstSlotMs } = await readySuccessor(everyMs);
      const cut = scene.capture.cut(firstSlotMs);
      assert.ok(cut.untilMs >= firstSlotMs);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual(next.frames, []);
      begin(next, { cut, everyMs });
      await next.frame(({ slotMs }) => slotMs >= cut.untilMs + 2000);
      const end = await scene.ended;
      next.capture.stop('stopped');
      await next.ended;
      assert.equal(end.reason, 'handover');
      assert.deepEqual(end.untilMs, cut.untilMs);
      const slots = [...scene.storedSlots(), ...next.storedSlots()];
      assert.ok(
        steps(slots).every((step) => step === everyMs),
        `steps: ${steps(slots).join()}`,
      );
      assert.deepEqual(scene.gaps, []);
      assert.deepEqual(next.gaps, []);
      assert.deepEqual(scene.differences(), []);
      assert.deepEqual(next.differences(), []);
    });
  }

  it('carries a rate that was changed but had not begun yet', async () => {
    const scene = play({ url: clip, everyMs: 250 });
    await scene.frame(({ slotMs }) => slotMs > 0);
    const { next, firstSlotMs } = await readySuccessor(250);
    const policy = policyOf(1000, { revision: 1 });
    const { fromSlotMs } = scene.capture.apply(policy);
    const cut = scene.capture.cut(firstSlotMs);
    next.capture.begin({ continues: cut, policy, missing: undefined, isAway: false });
    await next.frame(({ slotMs }) => slotMs >= (fromSlotMs ?? 0) + 2000);
    next.capture.stop('stopped');
    await Promise.all([scene.ended, next.ended]);
    const slots = [...scene.storedSlots(), ...next.storedSlots()];
    const late = slots.filter((slotMs) => slotMs >= (fromSlotMs ?? 0));
    assert.equal(late[0], fromSlotMs);
    assert.ok(
      steps(late).every((step) => step === 1000),
      steps(late).join(),
    );
    assert.deepEqual(scene.gaps, []);
    assert.deepEqual(next.gaps, []);
    assert.deepEqual(scene.differences(), []);
    assert.deepEqual(next.differences(), []);
  });

  it('in which the old host was lost leaves its unserved slots as gaps that say so', async () => {
    const { next, firstSlotMs } = await readySuccessor(250);
    const continues = { untilMs: firstSlotMs - 2000, timeline: [{ fromMs: 0, everyMs: 250, isPaused: false }] };
    next.capture.begin({ continues, policy: policyOf(250), missing: 'worker-lost', isAway: true });
    await next.frame(({ slotMs }) => slotMs > firstSlotMs + 500);
    next.capture.stop('stopped');
    await next.ended;
    assert.deepEqual(next.gaps, [
      { fromSlotMs: continues.untilMs, toSlotMs: firstSlotMs - 250, everyMs: 250, reason: 'worker-lost' },
    ]);
    assert.deepEqual(next.differences(), []);
  });

  it('is asked for when the segment is over, and the capture goes on until then', async () => {
    const scene = play({ url: clip, everyMs: 250, segmentMs: 1000 });
    const startMs = Date.now();
    await scene.frame(({ slotMs }) => slotMs >= startMs + 2000);
    assert.ok(scene.reports.some(({ kind }) => kind === 'relay-wanted'));
    scene.capture.stop('stopped');
    assert.equal((await scene.ended).reason, 'stopped');
  });
});

describe('a capture on a host that does not know whether it is still its own', () => {
  const clips = useClips();

  /** Captures, and then for a while without being sure; how many frames there were before. */
  async function inDoubt(name: string) {
    const clip = await clips.make(name, { seconds: 10, fps: 25 });
    const host = { isCertain: true };
    const scene = play({ url: clip, everyMs: 250, deps: { mayPublish: () => host.isCertain } });
    await scene.frame(({ slotMs }) => slotMs > 0);
    host.isCertain = false;
    const count = scene.frames.length;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return { scene, host, count };
  }

  it('keeps its pictures until it knows, and loses none', async () => {
    const { scene, host, count } = await inDoubt('doubt.mp4');
    assert.equal(scene.frames.length, count);
    host.isCertain = true;
    scene.capture.release();
    scene.capture.stop('stopped');
    await scene.ended;
    assert.ok(scene.frames.length >= count + 4);
    assert.deepEqual(scene.gaps, []);
    assert.deepEqual(scene.differences(), []);
  });

  it('serves its slots up to the cut, where it was cut before it heard that another has taken over', async () => {
    const { scene, host, count } = await inDoubt('cut.mp4');
    const { untilMs } = scene.capture.cut(Date.now());
    scene.capture.retire();
    host.isCertain = true;
    scene.capture.release();
    assert.equal((await scene.ended).untilMs, untilMs);
    assert.ok(scene.frames.length >= count + 4);
    assert.deepEqual(scene.differences(), []);
  });

  it('publishes nothing more, and accounts for nothing more, when another has taken over', async () => {
    const { scene, count } = await inDoubt('zombie.mp4');
    scene.capture.retire();
    const end = await scene.ended;
    assert.equal(end.reason, 'handover');
    assert.equal(scene.frames.length, count);
    assert.ok(end.untilMs <= (scene.frames.at(-1)?.slotMs ?? 0) + 250);
    assert.deepEqual(scene.gaps, []);
    assert.deepEqual(scene.differences(), []);
  });
});

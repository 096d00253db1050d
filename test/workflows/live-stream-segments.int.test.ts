import assert from 'node:assert/strict';
import { segmentWorkflowId } from '../../contracts/ids.js';
import { changeCaptureRateSignal, setCapturePolicyUpdate } from '../../contracts/messages.js';
import type { StreamState } from '../../contracts/stream.js';
import { FIRST_SLOT_MS, type FakeHost } from './fake-host.js';
import { useStreamBench, type StreamHandle } from './stream-bench.js';

describe('the segments of a live stream', () => {
  const bench = useStreamBench();
  const isCapturing = ({ phase, host }: StreamState): boolean => phase === 'capturing' && host !== undefined;

  async function capturing(id: string): Promise<{ stream: StreamHandle; host: FakeHost; state: StreamState }> {
    const { start, awaitState } = bench();
    const [stream, host] = await Promise.all([start({ id }), bench().host('a')]);
    return { stream, host, state: await awaitState(stream, isCapturing) };
  }
  const segmentOf = ({ tenant, streamId, sessionId, epoch }: StreamState) =>
    bench().client.workflow.getHandle(segmentWorkflowId({ tenant, streamId }, { sessionId, epoch }));
  const kinds = (id: string): string[] =>
    bench()
      .records.published(id)
      .map(({ kind }) => kind);

  {
    it('follow each other after a handover: the next one goes on where the last one ended', async () => {
      const { stream, host, state } = await capturing('next');
      await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 250 }] });
      const timeline = [{ fromMs: FIRST_SLOT_MS, everyMs: 250, isPaused: false }];
      host.captures[0]?.end({ reason: 'handover', untilMs: FIRST_SLOT_MS + 5001, timeline });
      await host.begun.reached(2);
      const next = await bench().awaitState(stream, ({ epoch, host: name }) => epoch === 2 && name !== undefined);
      assert.equal(next.sessionId, state.sessionId);
      const { input } = host.captures[1]!;
      assert.deepEqual(input.predecessor?.cut, { untilMs: FIRST_SLOT_MS + 5001, timeline });
      assert.equal(input.epoch, 2);
      assert.equal(input.policy.everyMs, 250);
      assert.equal(input.policy.revision, 1);
      assert.deepEqual(host.captures[1]?.applied, [], 'it began with the newest policy');
      assert.deepEqual(kinds('next'), ['started']);
    });
  }

  it('go on after one whose workflow was cancelled, with its account', async () => {
    const { stream, host, state } = await capturing('cancelled-segment');
    await segmentOf(state).cancel();
    await host.begun.reached(2);
    await bench().awaitState(stream, ({ epoch }) => epoch === 2);
    assert.equal(host.captures[1]?.input.predecessor?.cut?.untilMs, FIRST_SLOT_MS + 9001);
  });

  it('go on after one whose workflow was terminated, as its capture tells', async () => {
    const { stream, host, state } = await capturing('terminated-segment');
    await segmentOf(state).terminate();
    await host.begun.reached(2);
    await bench().awaitState(stream, (next) => next.epoch === 2 && isCapturing(next));
    assert.equal(host.captures[1]?.input.predecessor?.cut?.untilMs, FIRST_SLOT_MS + 9001);
  });

  it('keep to the stream: a report or an end of an earlier one changes nothing', async () => {
    const { stream, host } = await capturing('late-words');
    host.captures[0]?.end({ reason: 'handover' });
    await host.begun.reached(2);
    await bench().awaitState(stream, (state) => state.epoch === 2 && isCapturing(state));
    const problem = { code: 'source-stalled', message: 'long ago' } as const;
    await host.captures[1]?.report({ kind: 'interrupted', epoch: 1, atMs: 0, problem });
    await stream.signal('segmentEnded', { epoch: 1, end: { reason: 'failed', untilMs: 0, timeline: [], counts: {} } });
    const answer = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 500 }] });
    assert.notEqual(answer.fromSlotMs, null);
    const state = await bench().awaitState(stream, () => true);
    assert.equal(state.phase, 'capturing');
    assert.equal(state.problem, undefined);
    assert.equal(state.interruptions, 0);
  });

  it('have a policy that no host answered for told to the host that attaches next', async () => {
    const { start, host, listen, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id: 'deaf' }), host('deaf', { polls: 'captures' })]);
    await awaitState(stream, isCapturing);
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await awaitState(stream, (state) => state.host === undefined);
    await listen('deaf');
    await captures[0]?.report({ kind: 'attached', epoch: 1, host: 'deaf', instance: 'deaf', revision: 0 });
    const state = await awaitState(stream, ({ applied }) => applied?.everyMs === 250);
    assert.equal(state.epoch, 1);
    assert.equal(state.host, 'deaf');
    assert.equal(captures.length, 1);
  });
});

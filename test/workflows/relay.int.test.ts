import assert from 'node:assert/strict';
import { hostLostSignal, setCapturePolicyUpdate, stopStreamSignal } from '../../contracts/messages.js';
import type { StreamState } from '../../contracts/stream.js';
import { FIRST_SLOT_MS, READY_SLOT_MS } from './fake-host.js';
import { useStreamBench } from './stream-bench.js';

describe('the relay of a live stream', () => {
  const bench = useStreamBench();

  async function capturing(id: string, options: { continueAfterEvents?: number } = {}) {
    const { start, host, awaitState } = bench();
    const [stream, a] = await Promise.all([start({ id, ...options }), host('a')]);
    await awaitState(stream, ({ phase, host: name }) => phase === 'capturing' && name !== undefined);
    const wantRelay = async (epoch: number): Promise<void> =>
      void (await a.captures.at(-1)?.report({ kind: 'relay-wanted', epoch }));
    return { stream, host: a, wantRelay };
  }
  const isAt =
    (epoch: number) =>
    (state: StreamState): boolean =>
      state.epoch === epoch && state.host !== undefined;

  it('cuts the segment where its successor is ready, and lets that begin at the cut', async () => {
    const { stream, host, wantRelay } = await capturing('cut');
    await wantRelay(1);
    await bench().awaitState(stream, isAt(2));
    assert.deepEqual(host.relays, ['cut 1', 'begin 2']);
    const [first, next] = host.captures;
    assert.equal(next?.input.isSuccessor, true);
    assert.deepEqual(next.begun, {
      epoch: 1,
      cut: { untilMs: READY_SLOT_MS, timeline: [{ fromMs: FIRST_SLOT_MS, everyMs: 1000, isPaused: false }] },
    });
    assert.deepEqual(first?.applied, []);
    const { fromSlotMs } = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 250 }] });
    assert.notEqual(fromSlotMs, null);
    assert.equal(first.applied.length, 0, 'the successor is told from then on');
    assert.equal(next.applied.length, 1, 'the successor is told from then on');
    await stream.signal(stopStreamSignal);
    assert.equal((await stream.result()).reason, 'stopped');
    assert.deepEqual(
      bench()
        .records.published('cut')
        .map(({ kind }) => kind),
      ['started', 'ended'],
    );
  });

  it('from a lost host begins without a cut, and ends the lost segment', async () => {
    const { stream, host } = await capturing('lost');
    await stream.signal(hostLostSignal, { host: 'a', instance: 'another process' });
    await stream.signal(hostLostSignal, { host: 'a', instance: 'a' });
    await bench().awaitState(stream, isAt(2));
    assert.deepEqual(host.relays, ['begin 2']);
    assert.deepEqual(host.captures[1]?.begun, { epoch: 1 });
    await stream.signal(stopStreamSignal);
    await stream.result();
  });

  it('goes on with the segment where the successor fails, until the segment asks again', async () => {
    const { stream, host, wantRelay } = await capturing('failing');
    host.isReady = false;
    await wantRelay(1);
    await host.begun.reached(2);
    host.captures[1]?.end({ reason: 'failed' });
    const { fromSlotMs } = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 250 }] });
    assert.notEqual(fromSlotMs, null);
    host.isReady = true;
    await host.captures[0]?.report({ kind: 'relay-wanted', epoch: 1 });
    await bench().awaitState(stream, isAt(3));
    assert.deepEqual(host.relays, ['cut 1', 'begin 3']);
  });

  it('is given up where the session ends meanwhile: the successor is dropped, and nothing is left', async () => {
    const { stream, host, wantRelay } = await capturing('ending');
    host.isReady = false;
    await wantRelay(1);
    await host.begun.reached(2);
    await stream.signal(stopStreamSignal);
    assert.equal((await stream.result()).reason, 'stopped');
    assert.deepEqual(host.relays, []);
    assert.equal(bench().records.sealed('ending').length, 1);
  });

  it('tries another host where nobody takes the successor of a lost one', async () => {
    const { stream, host } = await capturing('taken');
    host.isReady = false;
    await stream.signal(hostLostSignal, { host: 'a', instance: 'a' });
    await host.begun.reached(2);
    host.isReady = true;
    await host.begun.reached(3);
    await bench().awaitState(stream, isAt(3));
    assert.deepEqual(host.captures[2]?.begun, { epoch: 1 });
  });

  it('happens again and again, over runs that continue as new', async () => {
    const RELAYS = 12;
    const { stream, host } = await capturing('again', { continueAfterEvents: 40 });
    for (let epoch = 1; epoch <= RELAYS; epoch += 1) {
      await host.captures.at(-1)?.report({ kind: 'relay-wanted', epoch });
      await bench().awaitState(stream, isAt(epoch + 1));
    }
    const expected = Array.from({ length: RELAYS }, (_, index) => [`cut ${index + 1}`, `begin ${index + 2}`]);
    assert.deepEqual(host.relays, expected.flat());
    await stream.signal(stopStreamSignal);
    await stream.result();
  });
});

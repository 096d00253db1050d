import assert from 'node:assert/strict';
import type { Capture } from '../../activities/capture/capture.js';
import {
  createCaptureRegistry,
  type CaptureRegistry,
  type RegisteredCapture,
} from '../../activities/capture/registry.js';
import { segmentWorkflowId } from '../../contracts/ids.js';
import { changeCaptureRateSignal } from '../../contracts/messages.js';
import type { SessionRef } from '../../contracts/keys.js';
import type { StreamState } from '../../contracts/stream.js';
import { watchStreamLeases } from '../../workers/stream-lease.js';
import { createCounter } from '../activities/capture/switchable.js';
import { useStreamBench } from '../workflows/stream-bench.js';

describe('the lease of a capture', () => {
  const bench = useStreamBench();
  const isCapturing = ({ phase, host }: StreamState): boolean => phase === 'capturing' && host !== undefined;
  let lease: { close(): void } | undefined;
  let registry: CaptureRegistry;
  beforeEach(() => {
    registry = createCaptureRegistry();
  });
  afterEach(() => lease?.close());

  const live = ({ attach, stop }: { attach(): void; stop(): void }): Omit<RegisteredCapture, 'session'> => ({
    capture: { attach, stop, retire: stop } as unknown as Capture,
    epoch: 1,
    announceFound: () => undefined,
  });

  /** Watches over one capture on host `a`. */
  function watch(session: SessionRef, { attach }: { attach(): void }) {
    const stops = createCounter();
    const stop = (): void => {
      stops.add();
    };
    registry.add('segment', { ...live({ attach, stop }), session });
    lease = watchStreamLeases({ client: bench().client, registry, host: 'a', onError: assert.fail });
    return stops;
  }

  it('is given up with the stream: the capture of a terminated one is stopped', async () => {
    const { start, host, awaitState } = bench();
    const [stream] = await Promise.all([start({ id: 'terminated' }), host('a')]);
    const stops = watch(await awaitState(stream, isCapturing), { attach: () => undefined });
    await stream.terminate();
    await stops.reached(1);
  });

  it('is given up by a session that was terminated and began anew on the same host', async () => {
    const { start, host, awaitState } = bench();
    const [first] = await Promise.all([start({ id: 'again' }), host('a')]);
    const old = await awaitState(first, isCapturing);
    await first.terminate();
    const stops = watch(old, { attach: assert.fail });
    const second = await start({ id: 'again' });
    const again = await awaitState(second, isCapturing);
    registry.add('again', { ...live({ attach: assert.fail, stop: assert.fail }), session: again });
    await stops.reached(1);
    // It would wait for the hosts of other tests.
    await bench()
      .client.workflow.getHandle(segmentWorkflowId(old, { ...old, epoch: 1 }))
      .terminate();
  });

  it('is renewed with a stream that lost sight of the host, which then hears what it missed', async () => {
    const { start, host, listen, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id: 'blip' }), host('a', { polls: 'captures' })]);
    const session = await awaitState(stream, isCapturing);
    await stream.signal(changeCaptureRateSignal, { everyMs: 250 });
    await awaitState(stream, (state) => state.host === undefined);
    await listen('a');
    const attach = (): void =>
      void captures[0]?.report({ kind: 'attached', epoch: 1, host: 'a', instance: 'a', revision: 0 });
    const stops = watch(session, { attach });
    await awaitState(stream, ({ applied }) => applied?.everyMs === 250);
    assert.equal(captures.length, 1);
    assert.equal(captures[0]?.applied.length, 1);
    assert.equal(stops.count, 0);
  });
});

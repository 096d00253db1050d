import assert from 'node:assert/strict';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import {
  changeCaptureRateSignal,
  hasSettingsQuery,
  pauseStreamSignal,
  resumeStreamSignal,
  setCapturePolicyUpdate,
  setRiskLevelSignal,
} from '../../contracts/messages.js';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.js';
import { parseStreamRequest } from '../../contracts/stream.js';
import { eventually } from '../harness/eventually.js';
import { failingWith } from '../port-suites/failing-with.js';
import { FIRST_SLOT_MS } from './fake-host.js';
import { useStreamBench, type StreamHandle } from './stream-bench.js';

describe('a live stream', () => {
  const bench = useStreamBench();
  const isCapturing = ({ phase }: { phase: string }): boolean => phase === 'capturing';
  const eventTypes = async (stream: StreamHandle): Promise<string[]> =>
    ((await stream.fetchHistory()).events ?? []).map(
      (event) => Object.keys(event).find((key) => key.endsWith('Attributes')) ?? '',
    );

  it('captures as soon as a host has its first picture, and says so once', async () => {
    const { records, host, start, awaitState } = bench();
    const stream = await start({ id: 'begins', capture: { everyMs: { calm: 2000 }, risk: 'calm' } });
    assert.equal((await awaitState(stream, () => true)).phase, 'waiting');
    const { captures } = await host('a');
    const state = await awaitState(stream, isCapturing);
    assert.equal(state.host, 'a');
    assert.equal(state.epoch, 1);
    assert.deepEqual(state.firstSlotMs, FIRST_SLOT_MS);
    assert.deepEqual(state.policy, { revision: 0, everyMs: 2000, isPaused: false, risk: 'calm' });
    assert.equal(captures.length, 1);
    await eventually(() => records.published('begins').length > 0 || undefined, { withinMs: 10_000, what: 'an event' });
    assert.deepEqual(
      records.published('begins').map(({ kind, occurrence }) => [kind, occurrence]),
      [['started', 0]],
    );
    const { typedSearchAttributes: shown } = await eventually(
      async () => {
        const description = await stream.describe();
        return description.typedSearchAttributes.get(SEARCH_ATTRIBUTES.state) === 'capturing' ? description : undefined;
      },
      { withinMs: 10_000, what: 'search attributes' },
    );
    const { host: onHost, risk, stream: id, tenant, failure } = SEARCH_ATTRIBUTES;
    assert.deepEqual(
      [onHost, risk, id, tenant, failure].map((key) => shown.get(key)),
      [...['a', 'calm', 'begins', 'default', undefined]],
    );
  });

  it('tells a host its rate once, and the last one, however many signals came before', async () => {
    const { host, start, awaitState } = bench();
    const stream = await start({ id: 'rates' });
    for (const everyMs of [5000, 100, 700, 250]) await stream.signal(changeCaptureRateSignal, { everyMs });
    await awaitState(stream, ({ policy }) => policy.revision === 4);
    const { captures } = await host('a');
    const state = await awaitState(stream, ({ applied }) => applied !== undefined);
    assert.deepEqual(captures[0]?.applied, [{ revision: 4, everyMs: 250, isPaused: false }]);
    assert.deepEqual(state.applied, { revision: 4, everyMs: 250, isPaused: false, fromSlotMs: FIRST_SLOT_MS + 4000 });
  });

  it('answers an update with what the host answered', async () => {
    const { host, start, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id: 'updates' }), host('a')]);
    await awaitState(stream, isCapturing);
    const answers = await Promise.all(
      [300, 400].map((everyMs) => stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs }] })),
    );
    for (const answer of answers) assert.equal(answer.fromSlotMs, FIRST_SLOT_MS + answer.revision * 1000);
    const { everyMs } = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ risk: 'critical' }] });
    assert.equal(everyMs, 250);
    assert.equal(captures[0]?.applied.at(-1)?.everyMs, 250);
  });

  it('rejects an update that makes no sense, and leaves no trace of it', async () => {
    const { host, start, awaitState } = bench();
    const [stream] = await Promise.all([start({ id: 'rejects' }), host('a')]);
    await awaitState(stream, isCapturing);
    await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 500 }] });
    const before = await eventTypes(stream);
    for (const [change, code] of [
      [{ everyMs: 5 }, 'interval-out-of-range'],
      [{ risk: 'unheard-of' }, 'risk-level-unknown'],
      [{ speed: 1 }, 'request-invalid'],
    ] as const) {
      await assert.rejects(stream.executeUpdate(setCapturePolicyUpdate, { args: [change as never] }), (error) => {
        assert.ok(error instanceof WorkflowUpdateFailedError);
        return failingWith(code)(error.cause);
      });
    }
    assert.deepEqual(await eventTypes(stream), before);
    assert.equal((await awaitState(stream, () => true)).policy.everyMs, 500);
  });

  it('answers an update at once, without a slot, while no host captures', async () => {
    const { start, awaitState } = bench();
    const stream = await start({ id: 'hostless' });
    await awaitState(stream, () => true);
    const startedMs = performance.now();
    const answer = await stream.executeUpdate(setCapturePolicyUpdate, { args: [{ everyMs: 250 }] });
    assert.deepEqual(answer, { revision: 1, everyMs: 250, isPaused: false, fromSlotMs: null });
    assert.ok(performance.now() - startedMs < 5000);
  });

  it('ignores signals that make no sense', async () => {
    const { host, start, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id: 'ignores' }), host('a')]);
    await awaitState(stream, isCapturing);
    await stream.signal(changeCaptureRateSignal, { everyMs: 'fast' as never });
    await stream.signal(setRiskLevelSignal, { level: 'unheard-of' });
    await stream.signal('changeCaptureRate', { everyMs: -1 });
    await stream.signal(setRiskLevelSignal, { level: 'low' });
    await awaitState(stream, ({ applied }) => applied?.everyMs === 5000);
    assert.equal(captures[0]?.applied.length, 1);
  });

  it('pauses and resumes by signal', async () => {
    const { host, start, awaitState } = bench();
    const [stream, { captures }] = await Promise.all([start({ id: 'pauses' }), host('a')]);
    await awaitState(stream, isCapturing);
    await stream.signal(pauseStreamSignal);
    await awaitState(stream, ({ applied }) => applied?.isPaused === true);
    await stream.signal(resumeStreamSignal);
    await awaitState(stream, ({ applied }) => applied?.isPaused === false);
    assert.deepEqual(
      captures[0]?.applied.map(({ isPaused }) => isPaused),
      [true, false],
    );
  });

  it('knows its own settings from others', async () => {
    const { start, awaitState } = bench();
    const request = { streamId: 'knows', source: { url: 'rtmp://host/app/key' }, capture: { everyMs: 1000 } };
    const stream = await start({ id: 'knows' });
    await awaitState(stream, () => true);
    assert.equal(await stream.query(hasSettingsQuery, parseStreamRequest(request)), true);
    const rates = { low: 5000, medium: 1000, high: 250, critical: 100 };
    const risky = await start({ id: 'risky', capture: { everyMs: rates, risk: 'low' } });
    const turned = { everyMs: Object.fromEntries(Object.entries(rates).reverse()), risk: 'low' };
    const settings = parseStreamRequest({ ...request, streamId: 'risky', capture: turned });
    assert.equal(await risky.query(hasSettingsQuery, settings), true);
    const other = parseStreamRequest({ ...request, capture: { everyMs: 500 } });
    assert.equal(await stream.query(hasSettingsQuery, other), false);
  });

  it('tells an interruption and its end, and the problem in between', async () => {
    const { records, host, start, awaitState } = bench();
    const [stream, { captures, begun }] = await Promise.all([start({ id: 'flaps' }), host('a')]);
    await begun.reached(1);
    await awaitState(stream, isCapturing);
    const problem = { code: 'source-stalled', message: 'it stalled' } as const;
    await captures[0]?.report({ kind: 'interrupted', epoch: 1, atMs: FIRST_SLOT_MS, problem });
    const { interruptions, problem: shown } = await awaitState(stream, ({ phase }) => phase === 'interrupted');
    assert.equal(interruptions, 1);
    assert.deepEqual(shown, problem);
    await captures[0]?.report({ kind: 'capturing', epoch: 1, atMs: FIRST_SLOT_MS, firstSlotMs: FIRST_SLOT_MS });
    assert.equal((await awaitState(stream, isCapturing)).problem, undefined);
    const kinds = await eventually(
      () => {
        const published = records.published('flaps').map(({ kind }) => kind);
        return published.length === 3 ? published : undefined;
      },
      { withinMs: 10_000, what: 'three events' },
    );
    assert.deepEqual(kinds, ['started', 'interrupted', 'resumed']);
  });
});

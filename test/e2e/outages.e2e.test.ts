import assert from 'node:assert/strict';
import { useFullStack } from '../harness/full-stack.js';
import {
  awaitFrames,
  awaitTurn,
  expectAccounted,
  framesOf,
  gapsOf,
  showStream,
  startStream,
  turnsOf,
} from '../harness/live-streams.js';
import { eventually } from '../harness/eventually.js';
import { objectAt } from '../harness/outside-client.js';
import { publish, type Publisher } from '../harness/publisher.js';
import { reelay } from '../harness/commands.js';

const SHORT_OUTAGE_MS = 5000;
const LONG_OUTAGE_MS = 14_000;
const WINDOW_MS = 8000;
/** Between the last picture and the end of the session: the window, a last try inside it, and the sealing. */
const END_WITHIN_MS = WINDOW_MS + 5000;

describe('a source that fails', () => {
  useFullStack();

  let flapping: Publisher;
  let leaving: Publisher;
  let killedAtMs: number;

  before('capture two sources and kill both', async () => {
    [flapping, leaving] = await Promise.all([publish('flapping'), publish('leaving')]);
    await startStream(flapping.url, { id: 'flapping', args: ['--every', '1s'] });
    await startStream(leaving.url, { id: 'leaving', args: ['--every', '1s', '--reconnect-window', '8s'] });
    await Promise.all([awaitFrames('flapping', { count: 5 }), awaitFrames('leaving', { count: 5 })]);
    killedAtMs = Date.now();
    await Promise.all([flapping.kill(), leaving.kill()]);
  });

  it('for 5 s costs gaps with a reason and no session', async () => {
    const before = (await framesOf('flapping')).length;
    await timeAfter(SHORT_OUTAGE_MS);
    assert.equal((await showStream('flapping')).phase, 'interrupted');
    flapping.restart();
    const frames = await awaitFrames('flapping', { count: before + 8 });
    assert.equal(new Set(frames.map(({ data }) => data.sessionId)).size, 1);

    await reelay('stream', 'stop', 'flapping');
    const { counts, gapsByReason } = await expectAccounted('flapping');
    console.log(`      flapping: due ${counts.due}, stored ${counts.stored}, gaps ${JSON.stringify(gapsByReason)}`);
    assert.deepEqual(Object.keys(gapsByReason), ['source-offline']);
    assert.ok(counts.gaps >= 4 && counts.gaps <= 9, `${counts.gaps} gaps`);
    assert.equal((await awaitTurn('flapping', { kind: 'ended' })).data.counts?.due, counts.due);
    const announced = (await gapsOf('flapping')).map(({ data }) => data.count);
    assert.equal(
      announced.reduce((sum, count) => sum + count),
      counts.gaps,
    );
    for (const kind of ['started', 'interrupted', 'resumed', 'ended'])
      assert.equal((await turnsOf('flapping', kind)).length, 1, kind);
  });

  it('for 14 s ends a session whose reconnect window is 8 s, long before it is back', async () => {
    const { data, headers } = await awaitTurn('leaving', { kind: 'ended', withinMs: 2 * END_WITHIN_MS });
    assert.ok(data.atMs - killedAtMs >= WINDOW_MS, `ended ${data.atMs - killedAtMs} ms after the kill`);
    assert.ok(data.atMs - killedAtMs <= END_WITHIN_MS, `ended ${data.atMs - killedAtMs} ms after the kill`);
    assert.equal(headers['ce_id'], `leaving/${data.sessionId}/ended`);
    assert.equal((await turnsOf('leaving', 'interrupted')).length, 1);
    const sealed = await objectAt(`default/ledger/leaving/${data.sessionId}/session.json`);
    assert.deepEqual((JSON.parse(String(sealed?.body)) as { counts: object }).counts, data.counts);

    await timeAfter(LONG_OUTAGE_MS);
    leaving.restart();
    const { status, phase } = await showStream('leaving');
    assert.equal(data.reason, 'source-ended');
    assert.equal(status, 'COMPLETED');
    assert.equal(phase, 'ended');
    const { counts } = await expectAccounted('leaving');
    assert.deepEqual(counts, data.counts);
    assert.equal(counts.stored, (await framesOf('leaving')).length);
  });

  const timeAfter = (outageMs: number): Promise<true> =>
    eventually(() => Date.now() >= killedAtMs + outageMs || undefined, { withinMs: outageMs, what: 'the outage' });
});

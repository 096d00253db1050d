import assert from 'node:assert/strict';
import { temporalCommand } from '../harness/commands.js';
import { eventually } from '../harness/eventually.js';
import { useFullStack } from '../harness/full-stack.js';
import { serveNothing } from '../harness/http-sources.js';
import { awaitFrames, awaitTurn, expectAccounted, framesOf, startStream } from '../harness/live-streams.js';
import { objectAt, outsideClient } from '../harness/outside-client.js';
import { capturesOf } from '../harness/processes.js';
import { publish } from '../harness/publisher.js';

const GONE_WITHIN_MS = 2000;
const TERMINATED_WITHIN_MS = 15_000;

describe('a stream that is cancelled in Temporal', () => {
  useFullStack();

  it('is sealed, announced and canceled, and its ffmpeg is gone within 2 s', async () => {
    const { url } = await publish('cancelled');
    await startStream(url, { id: 'cancelled', args: ['--every', '500ms'] });
    await awaitFrames('cancelled', { count: 4 });
    await expectGoneAfterCancel('cancelled', url);
    await expectSealed('cancelled');
  });

  it('lets go of a publisher that is frozen', async () => {
    const { url, freeze } = await publish('frozen');
    await startStream(url, { id: 'frozen', args: ['--every', '500ms'] });
    await awaitFrames('frozen', { count: 4 });
    freeze();
    await settled('frozen');
    await expectGoneAfterCancel('frozen', url);
    await expectSealed('frozen');
  });

  for (const [protocol, path] of [
    ['rtmp', 'live/mute'],
    ['http', 'mute.flv'],
  ]) {
    it(`lets go of an ${protocol} server that takes the connection and never answers`, async () => {
      const url = `${protocol}://${await serveNothing()}/${path}`;
      await startStream(url, { id: `mute-${protocol}`, args: ['--every', '1s', '--no-wait'] });
      await eventually(async () => (await capturesOf(url))[0], { withinMs: 15_000, what: 'an ffmpeg that waits' });
      await expectGoneAfterCancel(`mute-${protocol}`, url);
      assert.equal(await statusOf(`mute-${protocol}`), 'CANCELLED');
    });
  }
});

describe('a stream that is terminated in Temporal', () => {
  useFullStack();

  it('has no ffmpeg any more after 15 s', async () => {
    const { url } = await publish('terminated');
    await startStream(url, { id: 'terminated', args: ['--every', '1s'] });
    await awaitFrames('terminated', { count: 2 });
    assert.equal((await capturesOf(url)).length, 1);
    await temporalCommand('workflow', 'terminate', '--workflow-id', 'stream:default/terminated');
    const goneMs = await timeUntilGone(url, TERMINATED_WITHIN_MS);
    console.log(`      ffmpeg gone ${goneMs} ms after the termination`);
    assert.equal(await statusOf('terminated'), 'TERMINATED');
  });
});

async function expectGoneAfterCancel(id: string, url: string): Promise<void> {
  assert.equal((await capturesOf(url)).length, 1);
  await temporalCommand('workflow', 'cancel', '--workflow-id', `stream:default/${id}`);
  const goneMs = await timeUntilGone(url, 10_000);
  console.log(`      ${id}: ffmpeg gone ${goneMs} ms after the cancel`);
  assert.ok(goneMs <= GONE_WITHIN_MS, `${goneMs} ms`);
  await eventually(async () => (await statusOf(id)) !== 'RUNNING' || undefined, { withinMs: 20_000, what: 'its end' });
}

async function expectSealed(id: string): Promise<void> {
  const { data } = await awaitTurn(id, { kind: 'ended' });
  const sealed = await objectAt(`default/ledger/${id}/${data.sessionId}/session.json`);
  const { reason, counts } = JSON.parse(String(sealed?.body)) as { reason: string; counts: object };
  assert.equal(reason, 'cancelled');
  assert.equal(data.reason, 'cancelled');
  assert.equal(await statusOf(id), 'CANCELLED');
  assert.deepEqual(counts, data.counts);
  const found = await expectAccounted(id);
  assert.equal(found.isSealed, true);
  assert.equal(found.counts.stored, (await framesOf(id)).length);
}

async function timeUntilGone(url: string, withinMs: number): Promise<number> {
  const sinceMs = performance.now();
  const isGone = async (): Promise<true | undefined> => (await capturesOf(url)).length === 0 || undefined;
  await eventually(isGone, { withinMs, everyMs: 50, what: `no ffmpeg that pulls ${url}` });
  return Math.round(performance.now() - sinceMs);
}

async function statusOf(id: string): Promise<string> {
  const { reelay } = await outsideClient();
  return (await reelay.temporal.workflow.getHandle(`stream:default/${id}`).describe()).status.name;
}

/** Resolves when no frame has come for a second. */
async function settled(id: string): Promise<void> {
  let seen = { count: 0, atMs: 0 };
  await eventually(
    async () => {
      const count = (await framesOf(id)).length;
      if (count !== seen.count) seen = { count, atMs: performance.now() };
      return performance.now() - seen.atMs > 1000 || undefined;
    },
    { withinMs: 10_000, what: `${id} gives no more frames` },
  );
}

import assert from 'node:assert/strict';
import { eventually } from '../harness/eventually.js';
import { reelay } from '../harness/commands.js';
import { useFullStack } from '../harness/full-stack.js';
import { keysUnder, objectAt } from '../harness/outside-client.js';
import { awaitTask, encoders, startTask, transcodeWorker, uploadClip } from '../harness/transcodes.js';

const CLIP = { seconds: 20, size: '1280x720', grain: 20 };
const CHUNKS = 10;
/** Within 5 s on a machine that is not busy otherwise. */
const STOPPED_WITHIN_MS = 10_000;

/** Slow enough to be met in the middle. */
const request = async (taskId: string) => ({
  taskId,
  profile: 'mp4-720p',
  parameters: { preset: 'medium', thumbnails: false } as const,
  chunkMs: 2000,
  remux: 'never' as const,
  input: { url: await uploadClip('inputs/long.flv', CLIP) },
});

describe('a transcode that is broken', () => {
  useFullStack();

  it('goes on after each kill -9 of its worker with what was finished', async () => {
    const handle = await startTask(await request('killed'));
    for (const done of [2, 5]) {
      await awaitTask('killed', ({ pieces }) => pieces.done >= done, `${done} pieces`);
      const worker = await eventually(transcodeWorker, { withinMs: 60_000, what: 'a transcode worker' });
      process.kill(worker.pid, 'SIGKILL');
    }
    const manifest = await handle.result();
    assert.equal(manifest.outputs[0]?.frames, CLIP.seconds * 25);
    const { pieces } = await awaitTask('killed', ({ status }) => status === 'succeeded');
    assert.equal(pieces.done, pieces.total);
    // Whatever was stored before a kill was made by the first attempt at it, and by no other.
    const { events } = await handle.fetchHistory();
    const attempts = (events ?? []).flatMap(
      ({ activityTaskStartedEventAttributes: started }) => started?.attempt ?? [],
    );
    assert.ok(attempts.filter((attempt) => attempt > 1).length < CHUNKS, String(attempts));
  }).timeout(240_000);

  it('leaves no ffmpeg within seconds of a cancel, nothing at a final name, and goes on by a retry', async () => {
    const handle = await startTask(await request('stopped'));
    await awaitTask('stopped', ({ pieces }) => pieces.done >= 2);
    await eventually(async () => ((await encoders()).length > 0 ? true : undefined), {
      withinMs: 30_000,
      what: 'ffmpeg',
    });
    await handle.cancel();
    const cancelledAt = performance.now();
    await eventually(async () => ((await encoders()).length === 0 ? true : undefined), {
      withinMs: STOPPED_WITHIN_MS,
      what: 'no ffmpeg',
    });
    assert.ok(performance.now() - cancelledAt < STOPPED_WITHIN_MS);
    await assert.rejects(handle.result());
    const { status, pieces } = await awaitTask('stopped', () => true);
    assert.equal(status, 'cancelled');
    assert.deepEqual(await keysUnder('default/transcodes/stopped/'), []);
    assert.equal((await reelay('transcode', 'cancel', 'stopped')).exitCode, 4);
    await startTask(await request('stopped'));
    const again = await awaitTask('stopped', (state) => state.status === 'succeeded');
    assert.ok(again.pieces.reused >= pieces.done - 1, `${again.pieces.reused} of ${pieces.done} pieces were reused`);
    assert.ok(await objectAt('default/transcodes/stopped/manifest.json'));
  }).timeout(240_000);
});

import assert from 'node:assert/strict';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { execa } from 'execa';
import { readFrameMetadata, readImageMetadata } from '../../activities/frames/frame-metadata.js';
import type { FrameEvent } from '../../client/index.js';
import { frameKey } from '../../contracts/keys.js';
import { reelay } from '../harness/commands.js';
import { frameKeyOf } from '../harness/frame-checks.js';
import { fullStack, REELAY, useFullStack } from '../harness/full-stack.js';
import { awaitFrames, expectAccounted, startStream, verify } from '../harness/live-streams.js';
import { objectAt, outsideClient } from '../harness/outside-client.js';
import { publish } from '../harness/publisher.js';

describe('reelay verify', () => {
  useFullStack();

  let frames: FrameEvent[];
  before('capture a few frames', async () => {
    const { url } = await publish('robbed');
    await startStream(url, { id: 'robbed', args: ['--every', '500ms'] });
    frames = (await awaitFrames('robbed', { count: 30 })).map(({ data }) => data);
  });

  it('finds nothing where nothing is amiss', async () => {
    const { isSealed } = await expectAccounted('robbed');
    assert.ok(!isSealed);
  });

  it('could have told of each frame from its object alone', async () => {
    for (const { tenant, streamId, sessionId, slotMs, epoch, everyMs, capturedAtMs, ptsMs, mode, ...image } of frames) {
      const session = { tenant, streamId, sessionId };
      const { metadata } = (await objectAt(frameKey(session, { slotMs })))!;
      assert.deepEqual(readFrameMetadata(metadata, { session, slotMs }), {
        frame: { session, slotMs, epoch, everyMs, capturedAtMs, ptsMs, mode },
        variants: [],
      });
      const { sha256, width, height } = image;
      assert.deepEqual(readImageMetadata(metadata), { sha256, width, height });
    }
  });

  it('exits 1 and names the object that is gone from a session in progress', async () => {
    const key = await deleteObject(frames[3]!);
    await expectMissing([key], { isSealed: false });
  });

  it('exits 1 and names the objects that are gone from a sealed session', async () => {
    await reelay('stream', 'stop', 'robbed');
    const key = await deleteObject(frames[7]!);
    await expectMissing([frameKeyOf(frames[3]!), key], { isSealed: true });
  });

  it('tells a person the same', async () => {
    const { env } = await fullStack();
    const run = await execa(process.execPath, [REELAY, 'verify', 'stream', 'robbed'], {
      env,
      extendEnv: false,
      reject: false,
    });
    assert.equal(run.exitCode, 1);
    assert.ok(run.stdout.includes(frameKeyOf(frames[7]!)), run.stdout);
  });
});

async function deleteObject(frame: FrameEvent): Promise<string> {
  const { s3, bucket } = await outsideClient();
  const key = frameKeyOf(frame);
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  return key;
}

async function expectMissing(keys: string[], { isSealed }: { isSealed: boolean }): Promise<void> {
  const { exitCode, answer } = await verify('robbed');
  assert.equal(exitCode, 1);
  assert.deepEqual(answer.isSealed, isSealed);
  assert.deepEqual(
    answer.differences.map((difference) => [difference.kind, 'key' in difference && difference.key]),
    keys.map((key) => ['missing-object', key]),
  );
}

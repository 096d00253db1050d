import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscodeManifest } from '../../contracts/manifest.js';
import { reelay } from '../harness/commands.js';
import { clipFolder } from '../harness/clips.js';
import { fullStack, useFullStack } from '../harness/full-stack.js';
import { keysUnder, objectAt } from '../harness/outside-client.js';
import { packetsOf } from '../harness/media-checks.js';
import { STACK_SECRETS } from '../harness/secrets.js';
import { transcodeEvents, upload, uploadClip } from '../harness/transcodes.js';

interface Started {
  taskId: string;
  isNew: boolean;
  error?: { code: string };
}

interface Shown {
  status: string;
  problem?: { code: string };
}

const FRAMES = 6 * 25;

describe('a transcode', () => {
  useFullStack();

  it('of a file in the bucket ends with proven outputs, a manifest, and one account in every place', async () => {
    const url = await uploadClip('inputs/talk.flv', { seconds: 6 });
    const args = ['--profile', 'mp4-360p', '--remux', 'never', '--label', 'movie=42', '--id', 'talk', '--wait'];
    const started = await reelay<Started>('transcode', 'start', url, ...args);
    assert.equal(started.exitCode, 0, JSON.stringify(started.answer));
    const manifest = await manifestAt('default/transcodes/talk');
    assert.equal(manifest.decision.kind, 'encode');
    assert.deepEqual(manifest.labels, { movie: '42' });
    const [output] = manifest.outputs;
    assert.ok(output);
    const { body = Buffer.alloc(0) } = (await objectAt(output.key)) ?? {};
    assert.deepEqual(body.length, output.sizeBytes);
    assert.deepEqual(output.frames, FRAMES);
    const file = join(clipFolder(), 'talk.mp4');
    await writeFile(file, body);
    assert.equal((await packetsOf(file, 'v')).length, FRAMES);
    const events = await transcodeEvents('talk', { count: 2 });
    const types = events.map(({ headers }) => headers['ce_type']);
    assert.equal(types[0], 'dev.reelay.transcode.queued.v1');
    assert.equal(types.at(-1), 'dev.reelay.transcode.succeeded.v1');
    assert.deepEqual(await keysUnder('transcode-work/default/talk/'), []);
    assert.equal((await reelay('verify', 'transcode', 'talk')).exitCode, 0);
  });

  it('that is asked for again is the same task, and another request under its id a conflict', async () => {
    const url = await uploadClip('inputs/talk.flv', { seconds: 6 });
    const args = ['--profile', 'mp4-360p', '--remux', 'never', '--label', 'movie=42', '--id', 'talk'];
    const again = await reelay<Started>('transcode', 'start', url, ...args);
    assert.equal(again.exitCode, 0, JSON.stringify(again.answer));
    assert.equal(again.answer.isNew, false, JSON.stringify(again.answer));
    const other = await reelay<Started>('transcode', 'start', url, '--profile', 'audio', '--id', 'talk');
    assert.equal(other.exitCode, 4);
    assert.equal(other.answer.error?.code, 'task-conflict');
  });

  it('of a conforming file copies its streams and says why', async () => {
    const url = await uploadClip('inputs/conforming.flv', { seconds: 6 });
    const { exitCode } = await reelay(
      'transcode',
      'start',
      url,
      '--profile',
      'mp4-720p',
      '--id',
      'conforming',
      '--wait',
    );
    const { decision, outputs } = await manifestAt('default/transcodes/conforming');
    assert.equal(exitCode, 0);
    assert.equal(decision.kind, 'repackage');
    assert.deepEqual(outputs[0]?.frames, FRAMES);
  });

  it('to an HLS ladder publishes aligned renditions and the playlist that names them', async () => {
    const url = await uploadClip('inputs/ladder.flv', { seconds: 6 });
    const { exitCode } = await reelay('transcode', 'start', url, '--profile', 'hls', '--id', 'ladder', '--wait');
    assert.equal(exitCode, 0);
    const { outputs } = await manifestAt('default/transcodes/ladder');
    const master = outputs.find(({ path }) => path.endsWith('/master.m3u8'));
    const text = String((await objectAt(master?.key ?? ''))?.body);
    assert.match(text, /#EXT-X-STREAM-INF:.*RESOLUTION=640x360/);
    for (const name of text.split('\n').filter((line) => line !== '' && !line.startsWith('#')))
      assert.ok(
        outputs.some(({ path }) => path.endsWith(`/${name}`)),
        name,
      );
    assert.ok(outputs.some(({ kind }) => kind === 'thumbnails'));
  });

  it('begins when somebody plays what is not there yet, over HTTP', async () => {
    const input = await uploadClip('inputs/played.flv', { seconds: 6 });
    const { http } = (await fullStack()).addresses;
    const request = { taskId: 'played', input: { url: input }, profile: 'audio' };
    const played = await fetch(`${http?.url}/hooks/play`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${STACK_SECRETS.apiToken}` },
      body: JSON.stringify({ request, atMs: 3000 }),
    });
    assert.deepEqual(await played.json(), { taskId: 'played', tenant: 'default', isNew: true, isDone: false });
    const { exitCode } = await reelay('transcode', 'start', input, '--profile', 'audio', '--id', 'played', '--wait');
    assert.equal(exitCode, 0);
  });

  it('of an original that is hidden beside it goes when it is deleted', async () => {
    const url = await uploadClip('movies/one.flv', { seconds: 6 });
    const { exitCode } = await reelay(
      'transcode',
      'start',
      url,
      '--profile',
      'audio',
      '--hidden',
      '--id',
      'hidden',
      '--wait',
    );
    assert.equal(exitCode, 0);
    assert.equal((await manifestAt('movies/.reelay/one.flv/audio')).outputs[0]?.kind, 'audio');
    assert.equal((await reelay('transcode', 'delete', 'hidden')).exitCode, 0);
    assert.deepEqual(await keysUnder('movies/'), ['movies/one.flv']);
  });

  for (const [what, body, code] of [
    ['nothing', Buffer.alloc(0), 'input-empty'],
    ['text', Buffer.from('this is no film\n'.repeat(100)), 'input-not-media'],
  ] as const)
    it(`of ${what} named .mp4 fails with ${code}, at once and with a letter`, async () => {
      const url = await upload(`inputs/${code}.mp4`, body);
      const id = `bad-${code}`;
      const { exitCode, answer } = await reelay<Started>(
        'transcode',
        'start',
        url,
        '--profile',
        'mp4-360p',
        '--id',
        id,
        '--wait',
      );
      assert.equal(exitCode, 1, JSON.stringify(answer));
      const shown = await reelay<Shown>('transcode', 'show', id);
      assert.equal(shown.answer.status, 'failed', JSON.stringify(shown.answer));
      assert.deepEqual(shown.answer.problem?.code, code, JSON.stringify(shown.answer));
      const { answer: letters } = await reelay<{ code: string }[]>('dead-letters', 'list', '--kind', 'transcode');
      assert.ok(
        letters.some((letter) => letter.code === code),
        JSON.stringify(letters),
      );
    });

  it('of what is not there fails with its code and leaves nothing', async () => {
    const missing = `s3://reelay/inputs/nobody-${Date.now()}.mp4`;
    const { exitCode } = await reelay(
      'transcode',
      'start',
      missing,
      '--profile',
      'mp4-360p',
      '--id',
      'missing',
      '--wait',
    );
    const shown = await reelay<Shown>('transcode', 'show', 'missing');
    assert.equal(exitCode, 1);
    assert.equal(shown.answer.problem?.code, 'input-not-found');
    assert.deepEqual(await keysUnder('default/transcodes/missing/'), []);
  });
});

async function manifestAt(prefix: string): Promise<TranscodeManifest> {
  const found = await objectAt(`${prefix}/manifest.json`);
  assert.ok(found, `${prefix}/manifest.json`);
  return JSON.parse(String(found.body)) as TranscodeManifest;
}

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sweepStore } from '../../../activities/transcode/sweep-store.js';
import { fileLargeObjects } from '../../../adapters/large-objects/file.js';
import { s3LargeObjects } from '../../../adapters/large-objects/s3.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import { s3Server } from '../../harness/servers.js';
import { allOf } from '../../port-suites/all-of.js';
import type { LargePair } from '../../port-suites/large-objects.js';

const DAY_MS = 86_400_000;

describe('the janitor of the store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-sweep-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const inFolder = async (): Promise<LargePair> => {
    const at = { folder: path.join(folder, 'objects') };
    return { large: fileLargeObjects(at), store: fileObjectStore(at) };
  };
  const inBucket = async (): Promise<LargePair> => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
    const credentials = { accessKeyId, secretAccessKey };
    const options = { endpoint, region, bucket, credentials, prefix: `test/${randomUUID()}` };
    return { large: s3LargeObjects(options), store: s3ObjectStore(options) };
  };

  for (const [what, open] of [
    ['a folder', inFolder],
    ['a bucket', inBucket],
  ] as const) {
    it(`removes from ${what} the old work of tasks that have ended, and nothing else`, async () => {
      const { store, large } = await open();
      const kept = [
        'a/transcodes/t1/u/720p.mp4',
        'transcode-work/a/alive/u/plan.json',
        'transcode-work/b/fresh/u/plan.json',
      ];
      const work = [
        'transcode-work/a/t1/u/plan.json',
        'transcode-work/a/t1/u/720p/00000.mp4',
        'transcode-work/b/t10/u/x',
      ];
      for (const key of [...kept, ...work]) await store.put(key, Buffer.from('x'), { contentType: 'text/plain' });
      const nowMs = Date.now();
      const ends: Record<string, number> = { fresh: nowMs - 6 * DAY_MS, t1: nowMs - 8 * DAY_MS, t10: 0 };
      const swept = await sweepStore({ store, large }, { nowMs, endOf: async ({ taskId }) => ends[taskId] });
      assert.deepEqual(swept, { uploads: 0, tasks: 2 });
      assert.deepEqual((await allOf(store.list(''))).map(({ key }) => key).sort(), [...kept].sort());
      await Promise.all([store.close(), large.close()]);
    });
  }

  it('throws away uploads that began long ago', async () => {
    const { store, large } = await inBucket();
    const film = path.join(folder, 'film');
    await writeFile(film, randomBytes(24 * 1024 * 1024));
    const wanted = new AbortController();
    const onProgress = (bytes: number): void => {
      if (bytes > 1_000_000) wanted.abort(new Error('enough'));
    };
    const put = { path: film, contentType: 'video/mp4', signal: wanted.signal, onProgress };
    await assert.rejects(large.putFile('a/film', put), /enough/);
    const sweepAt = (nowMs: number) => sweepStore({ store, large }, { nowMs, endOf: async () => undefined });
    assert.equal((await sweepAt(Date.now())).uploads, 0);
    assert.equal((await sweepAt(Date.now() + 2 * DAY_MS)).uploads, 1);
    await Promise.all([store.close(), large.close()]);
  });
});

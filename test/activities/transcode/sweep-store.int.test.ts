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
/** Objects that are put now are as old as is said of them where the sweep comes so much later. */
const sweptAfter = (days: number): number => Date.now() + days * DAY_MS + 60_000;
const forgotten = async (): Promise<number> => 0;
const planOf = (origin?: { namespace: string; outputPrefix: string }): Buffer =>
  Buffer.from(JSON.stringify({ origin }));

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
  const put = ({ store }: LargePair, key: string, body: Buffer = Buffer.from('x')) =>
    store.put(key, body, { contentType: 'text/plain' });
  const keysIn = async ({ store }: LargePair): Promise<string[]> =>
    (await allOf(store.list(''))).map(({ key }) => key).sort();

  for (const [what, open] of [
    ['a folder', inFolder],
    ['a bucket', inBucket],
  ] as const) {
    it(`removes from ${what} the old work of tasks that have ended, and nothing else`, async () => {
      const pair = await open();
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
      for (const key of [...kept, ...work]) await put(pair, key);
      const nowMs = sweptAfter(8);
      const ends: Record<string, number> = { fresh: nowMs - 6 * DAY_MS, t1: nowMs - 8 * DAY_MS, t10: 0 };
      const sweep = { namespace: 'default', nowMs, endOf: async ({ taskId }: { taskId: string }) => ends[taskId] };
      const swept = await sweepStore(pair, sweep);
      assert.deepEqual(swept, { uploads: 0, tasks: 2 });
      assert.deepEqual(await keysIn(pair), [...kept].sort());
      await Promise.all([pair.store.close(), pair.large.close()]);
    });
  }

  it('leaves work of the last days alone, though nobody here knows its task', async () => {
    const pair = await inFolder();
    await put(pair, 'transcode-work/a/t1/u/plan.json', planOf());
    const swept = await sweepStore(pair, { namespace: 'default', nowMs: sweptAfter(6), endOf: forgotten });
    assert.equal(swept.tasks, 0);
    assert.deepEqual(await keysIn(pair), ['transcode-work/a/t1/u/plan.json']);
  });

  it('leaves the work of another namespace on the same store to its own janitor, however old it is', async () => {
    const pair = await inBucket();
    const [mine, theirs] = ['transcode-work/a/mine/u/plan.json', 'transcode-work/a/theirs/u/plan.json'];
    await put(pair, mine, planOf({ namespace: 'one', outputPrefix: 'out/mine' }));
    await put(pair, theirs, planOf({ namespace: 'two', outputPrefix: 'out/theirs' }));
    await sweepStore(pair, { namespace: 'one', nowMs: sweptAfter(30), endOf: forgotten });
    assert.deepEqual(await keysIn(pair), [theirs]);
    await sweepStore(pair, { namespace: 'two', nowMs: sweptAfter(30), endOf: forgotten });
    assert.deepEqual(await keysIn(pair), []);
    await Promise.all([pair.store.close(), pair.large.close()]);
  });

  it('leaves work that a retry has begun with while it looked', async () => {
    const pair = await inFolder();
    const key = 'transcode-work/a/t1/u/plan.json';
    await put(pair, key, planOf());
    const nowMs = sweptAfter(8);
    let looks = 0;
    const store = {
      get: pair.store.get,
      async *list(prefix: string) {
        looks += 1;
        const modifiedMs = looks === 1 ? 0 : nowMs - 1000;
        for await (const object of pair.store.list(prefix)) yield { ...object, modifiedMs };
      },
    };
    await sweepStore({ store, large: pair.large }, { namespace: 'default', nowMs, endOf: forgotten });
    assert.deepEqual(await keysIn(pair), [key]);
  });

  describe('with uploads that nobody has finished', () => {
    async function beginUpload({ large }: LargePair, key: string): Promise<void> {
      const film = path.join(folder, 'film');
      await writeFile(film, randomBytes(24 * 1024 * 1024));
      const wanted = new AbortController();
      const onProgress = (bytes: number): void => {
        if (bytes > 1_000_000) wanted.abort(new Error('enough'));
      };
      const upload = { path: film, contentType: 'video/mp4', signal: wanted.signal, onProgress };
      await assert.rejects(large.putFile(key, upload), /enough/);
    }

    it('throws away those of pieces that began long ago', async () => {
      const pair = await inBucket();
      await beginUpload(pair, 'transcode-work/a/t1/u/720p/00000.mp4');
      const sweepAt = (nowMs: number) =>
        sweepStore(pair, { namespace: 'default', nowMs, endOf: async () => undefined });
      assert.equal((await sweepAt(Date.now())).uploads, 0);
      assert.equal((await sweepAt(Date.now() + 2 * DAY_MS)).uploads, 1);
      await Promise.all([pair.store.close(), pair.large.close()]);
    });

    it('throws away those of outputs with the work that they came from, and none of other programs', async () => {
      const pair = await inBucket();
      await put(pair, 'transcode-work/a/t1/u/plan.json', planOf({ namespace: 'default', outputPrefix: 'films/42' }));
      await beginUpload(pair, 'films/42/u/720p.mp4');
      await beginUpload(pair, 'films/42/master.mov');
      await sweepStore(pair, { namespace: 'default', nowMs: sweptAfter(8), endOf: forgotten });
      assert.equal(await pair.large.abandonUploads({ prefix: 'films/42/u/', beforeMs: sweptAfter(8) }), 0);
      assert.equal(await pair.large.abandonUploads({ prefix: '', beforeMs: sweptAfter(8) }), 1);
      await Promise.all([pair.store.close(), pair.large.close()]);
    });
  });
});

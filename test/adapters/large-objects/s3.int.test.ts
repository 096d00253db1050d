import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LargeObjects } from '../../../adapters/large-objects/large-objects.js';
import { s3LargeObjects, type S3LargeObjectsOptions } from '../../../adapters/large-objects/s3.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import { startFaultProxy, type FaultProxy } from '../../../dev/fault-proxy.js';
import { s3Server } from '../../harness/servers.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { itStoresLargeObjects, sha256, type LargePair } from '../../port-suites/large-objects.js';
import { countingProxy, type CountingProxy } from './counting-proxy.js';

const MIB = 1024 * 1024;
const MP4 = { contentType: 'video/mp4' };

describe('large objects in S3', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const open = async (overrides: Partial<S3LargeObjectsOptions> = {}): Promise<LargePair> => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
    const credentials = { accessKeyId, secretAccessKey };
    const options = { endpoint, region, bucket, credentials, prefix: `test/${randomUUID()}`, ...overrides };
    const pair = { large: s3LargeObjects(options), store: s3ObjectStore({ ...options, endpoint }) };
    closing.push(() => Promise.all([pair.large.close(), pair.store.close()]));
    return pair;
  };

  itStoresLargeObjects(open);

  const someFile = async (sizeBytes: number) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'reelay-large-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const bytes = randomBytes(sizeBytes);
    const at = path.join(folder, 'in');
    await writeFile(at, bytes);
    const put = { path: at, ...MP4, metadata: { sha256: sha256(bytes) } };
    return { folder, put, target: path.join(folder, 'out') };
  };

  describe('whose requests are counted', () => {
    let proxy: CountingProxy;
    beforeEach(async () => {
      proxy = await countingProxy((await s3Server()).endpoint);
      closing.push(() => proxy.close());
    });
    const parts = (): string[] =>
      proxy.requests
        .flatMap((request) => /^PUT .*partNumber=(\d+)/.exec(request)?.[1] ?? [])
        .filter((n) => n !== '10000');
    const abortAt = (bytes: number) => {
      const wanted = new AbortController();
      return { signal: wanted.signal, onProgress: (all: number) => all >= bytes && wanted.abort(new Error('enough')) };
    };

    it('goes on with what an earlier put of the same has sent', async () => {
      const prefix = `test/${randomUUID()}`;
      const { put } = await someFile(40 * MIB);
      const first = (await open({ endpoint: proxy.endpoint, prefix })).large;
      await assert.rejects(first.putFile('film', { ...put, ...abortAt(25 * MIB) }), /enough/);
      await first.close();
      await proxy.idle();
      const before = parts().length;
      proxy.requests.length = 0;
      const { large, store } = await open({ endpoint: proxy.endpoint, prefix });
      assert.equal(await large.putFile('film', put), 'written');
      assert.ok(parts().length <= 4 && parts().length >= 1, `${before}, then ${parts().join()}`);
      assert.deepEqual((await store.head('film'))?.metadata, put.metadata);
      assert.equal(await large.abandonUploads({ prefix: '', beforeMs: Date.now() + 60_000 }), 0);
    });

    it('begins anew where what was sent is of other bytes or metadata', async () => {
      const prefix = `test/${randomUUID()}`;
      const [one, other] = [await someFile(24 * MIB), await someFile(24 * MIB)];
      const { large, store } = await open({ endpoint: proxy.endpoint, prefix });
      await assert.rejects(large.putFile('film', { ...one.put, ...abortAt(17 * MIB) }), /enough/);
      assert.equal(await large.putFile('film', other.put), 'written');
      assert.deepEqual((await store.head('film'))?.metadata, other.put.metadata);
      await large.getFile('film', { path: other.target });
      assert.equal(await large.abandonUploads({ prefix: 'fi', beforeMs: Date.now() - 60_000 }), 0);
      assert.equal(await large.abandonUploads({ prefix: 'no', beforeMs: Date.now() + 60_000 }), 0);
      assert.equal(await large.abandonUploads({ prefix: 'fi', beforeMs: Date.now() + 60_000 }), 1);
      assert.equal(await large.abandonUploads({ prefix: '', beforeMs: Date.now() + 60_000 }), 0);
    });

    it('begins anew where the upload is thrown away under it', async () => {
      const { large } = await open({ endpoint: proxy.endpoint });
      const { put, target } = await someFile(24 * MIB);
      let abandoning: Promise<number> | undefined;
      let isAbandoned = false;
      const abandon = (): Promise<number> =>
        large.abandonUploads({ prefix: '', beforeMs: Date.now() + 60_000 }).finally(() => {
          isAbandoned = true;
        });
      const isCompletion = (url = ''): boolean => url.includes('uploadId=') && !url.includes('partNumber=');
      proxy.answerWith(({ method, url }) => {
        if (method !== 'POST' || !isCompletion(url) || isAbandoned) return undefined;
        abandoning ??= abandon();
        return 503;
      });
      assert.equal(await large.putFile('film', put), 'written');
      assert.equal(await abandoning, 1);
      assert.equal(proxy.requests.filter((request) => /^POST .*uploads/.test(request)).length, 2);
      await large.getFile('film', { path: target });
    });

    it('repeats a part that fails, and fails at once where it is denied', async () => {
      const { large } = await open({ endpoint: proxy.endpoint });
      const { put } = await someFile(24 * MIB);
      let attempts = 0;
      const failures = [503, 500, 429];
      proxy.answerWith(({ url = '' }) => (url.includes('partNumber=2&') ? failures.shift() : undefined));
      assert.equal(await large.putFile('film', { ...put, onAttempt: () => (attempts += 1) }), 'written');
      assert.equal(attempts, 3);
      proxy.answerWith(({ url = '' }) => (url.includes('partNumber=2&') ? 403 : undefined));
      await assert.rejects(large.putFile('another', put), failingWith('store-denied'));
    });

    it('looks before it completes where the server knows no conditions and that is allowed', async () => {
      const { large, store } = await open({ endpoint: proxy.endpoint, allowUnconditional: true });
      const { put } = await someFile(17 * MIB);
      const small = await someFile(1000);
      proxy.answerWith(({ headers }) => (headers['if-none-match'] ? 501 : undefined));
      assert.equal(await large.putFile('film', put), 'written');
      assert.equal(await large.putFile('small', small.put), 'written');
      assert.equal(await large.putFile('small', put), 'exists');
      assert.deepEqual((await store.head('small'))?.metadata, small.put.metadata);
    });

    it('puts nothing where the server says that it knows no conditions', async () => {
      const { large, store } = await open({ endpoint: proxy.endpoint });
      const { put } = await someFile(1000);
      proxy.answerWith(({ headers }) => (headers['if-none-match'] ? 501 : undefined));
      const patience = AbortSignal.timeout(2000);
      await assert.rejects(large.putFile('small', { ...put, signal: patience }));
      assert.equal(await store.head('small'), undefined);
    });

    it('works with the checksums of the SDK too', async () => {
      const { large } = await open({ checksums: 'WHEN_SUPPORTED' });
      const { put, target } = await someFile(17 * MIB);
      assert.equal(await large.putFile('film', put), 'written');
      await large.getFile('film', { path: target });
      await large.remove(['film']);
      assert.equal(await large.getFile('film', { path: target }), undefined);
    });
  });

  describe('behind a line that fails', () => {
    let proxy: FaultProxy;
    let large: LargeObjects;
    beforeEach(async () => {
      const { port } = new URL((await s3Server()).endpoint);
      proxy = await startFaultProxy({ target: () => Number(port) });
      closing.push(() => proxy.close());
      const timeouts = { connectTimeoutMs: 500, socketTimeoutMs: 500, requestTimeoutMs: 1000 };
      ({ large } = await open({ endpoint: `http://127.0.0.1:${proxy.port}`, ...timeouts }));
    });

    /** Spoils the line once so much has passed, and heals it after a while. */
    const spoilAt = (bytes: number, fault: Parameters<FaultProxy['set']>[0], healAfterMs: number) => {
      let isSpoilt = false;
      return (all: number): void => {
        if (isSpoilt || all < bytes) return;
        isSpoilt = true;
        void proxy.set(fault);
        setTimeout(() => void proxy.set({ kind: 'pass' }), healAfterMs);
      };
    };

    for (const fault of [{ kind: 'refuse' }, { kind: 'black-hole' }] as const) {
      it(`sends and gets a file across an outage that is a ${fault.kind}`, async () => {
        const { put, target } = await someFile(64 * MIB);
        let attempts = 0;
        const onAttempt = (): void => void (attempts += 1);
        const sending = spoilAt(20 * MIB, fault, 4000);
        assert.equal(await large.putFile('film', { ...put, onAttempt, onProgress: sending }), 'written');
        assert.ok(fault.kind === 'black-hole' || attempts >= 1, 'the outage met nothing');
        attempts = 0;
        const getting = spoilAt(20 * MIB, fault, 4000);
        await large.getFile('film', { path: target, onAttempt, onProgress: getting });
        assert.ok(attempts >= 1 && proxy.hits >= 1, 'the outage met nothing');
        assert.equal(sha256(await readFile(target)), put.metadata.sha256);
      });
    }

    it('gets a file over a line that is cut again and again', async () => {
      const { put, target } = await someFile(20 * MIB);
      await large.putFile('film', put);
      await proxy.set({ kind: 'cut', afterBytes: 3 * MIB });
      const positions: number[] = [];
      await large.getFile('film', { path: target, onProgress: (all) => positions.push(all) });
      assert.ok(proxy.hits >= 5, String(proxy.hits));
      assert.deepEqual(
        positions,
        [...positions].sort((a, b) => a - b),
        'it went on where it was',
      );
    });

    it('is patient with a line that is slow and goes on', async () => {
      const { put } = await someFile(3 * MIB);
      await proxy.set({ kind: 'slow', bytesPerSecond: MIB });
      assert.equal(await large.putFile('film', { ...put, onAttempt: () => assert.fail('gave up') }), 'written');
    });

    it('gives up after its patience', async () => {
      const { put, target } = await someFile(1000);
      await proxy.set({ kind: 'refuse' });
      const endpoint = `http://127.0.0.1:${proxy.port}`;
      const { large: hasty } = await open({ endpoint, patienceMs: 1500 });
      const startedAtMs = Date.now();
      await assert.rejects(hasty.putFile('film', put), failingWith('store-unreachable'));
      await assert.rejects(hasty.getFile('film', { path: target }), failingWith('store-unreachable'));
      assert.ok(Date.now() - startedAtMs < 10_000);
    });
  });
});

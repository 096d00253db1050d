import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { holdsToConditions } from '../../../adapters/object-store/holds-to-conditions.js';
import { s3ObjectStore } from '../../../adapters/object-store/s3.js';
import type { S3StoreOptions } from '../../../adapters/s3/s3-connection.js';
import type { ObjectStore } from '../../../adapters/object-store/object-store.js';
import { s3Server } from '../../harness/servers.js';
import { allOf } from '../../port-suites/all-of.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { itStoresObjects } from '../../port-suites/object-store.js';
import { closedPort, silentServer, type SilentServer } from '../silent-server.js';

const JPEG = { contentType: 'image/jpeg' };
const BODY = Buffer.from('picture');

describe('objects in S3', () => {
  const stores: ObjectStore[] = [];
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

  const open = async (overrides: Partial<S3StoreOptions> = {}): Promise<ObjectStore> => {
    const { endpoint, region, bucket, accessKeyId, secretAccessKey } = await s3Server();
    const store = s3ObjectStore({
      endpoint,
      region,
      bucket,
      credentials: { accessKeyId, secretAccessKey },
      prefix: `test/${randomUUID()}`,
      pageSize: 10,
      ...overrides,
    });
    stores.push(store);
    return store;
  };

  itStoresObjects(open);

  it('names an object by bucket, prefix and key', async () => {
    const store = await open({ prefix: 'some/prefix', bucket: 'films' });
    assert.equal(store.url('a/1.jpg'), 's3://films/some/prefix/a/1.jpg');
    assert.equal((await open({ prefix: '', bucket: 'films' })).url('a/1.jpg'), 's3://films/a/1.jpg');
  });

  it('sees nothing outside its prefix', async () => {
    const prefix = `test/${randomUUID()}`;
    await (await open({ prefix: `${prefix}/one` })).put('key', BODY, JPEG);
    await (await open({ prefix: `${prefix}/one-more` })).put('key', BODY, JPEG);
    const listed = await allOf((await open({ prefix: `${prefix}/one` })).list(''));
    assert.deepEqual(
      listed.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
      [{ key: 'key', sizeBytes: BODY.length }],
    );
  });

  it('works with the checksums of the SDK too', async () => {
    const store = await open({ checksums: 'WHEN_SUPPORTED' });
    await store.put('key', BODY, JPEG);
    assert.deepEqual((await store.get('key'))?.body, BODY);
  });

  it('lets the first writer win', async () => {
    assert.equal(await holdsToConditions(await open()), true);
  });

  it('is denied with a wrong secret', async () => {
    const store = await open({ credentials: { accessKeyId: 'reelay', secretAccessKey: 'wrong' } });
    await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-denied'));
    await assert.rejects(store.get('key'), failingWith('store-denied'));
    await assert.rejects(store.head('key'), failingWith('store-denied'));
    await assert.rejects(allOf(store.list('')), failingWith('store-denied'));
  });

  it('is denied where the bucket does not exist', async () => {
    const store = await open({ bucket: 'no-such-bucket' });
    await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-denied'));
    await assert.rejects(store.get('key'), failingWith('store-denied'));
    await assert.rejects(allOf(store.list('')), failingWith('store-denied'));
  });

  it('reports a closed port as unreachable', async () => {
    const store = await open({ endpoint: `http://127.0.0.1:${await closedPort()}` });
    await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-unreachable'));
    await assert.rejects(allOf(store.list('')), failingWith('store-unreachable'));
  });

  describe('that hangs', () => {
    let server: SilentServer | undefined;
    afterEach(() => server?.close());

    const hanging = async (words?: string): Promise<ObjectStore> => {
      server = await silentServer(words);
      return open({
        endpoint: `http://127.0.0.1:${server.port}`,
        connectTimeoutMs: 200,
        socketTimeoutMs: 300,
        requestTimeoutMs: 400,
      });
    };

    it('is unreachable within its time-outs', async () => {
      const store = await hanging();
      const startedAtMs = Date.now();
      await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-unreachable'));
      await assert.rejects(store.put('key', Buffer.alloc(30_000), JPEG), failingWith('store-unreachable'));
      await assert.rejects(store.get('key'), failingWith('store-unreachable'));
      assert.ok(Date.now() - startedAtMs < 9000);
    });

    it('is unreachable where it stops in the middle of a body', async () => {
      const store = await hanging('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
      await assert.rejects(store.get('key'), failingWith('store-unreachable'));
    });

    it('lets go of a put when its signal aborts', async () => {
      const store = await hanging();
      const wanted = new AbortController();
      const reason = new Error('no longer wanted');
      const put = store.put('key', BODY, { ...JPEG, signal: wanted.signal });
      setImmediate(() => wanted.abort(reason));
      await assert.rejects(put, reason);
    });
  });

  describe('in front of a server that does as the test says', () => {
    let server: http.Server | undefined;
    afterEach(() => {
      server?.closeAllConnections();
      server?.close();
    });

    const serving = async (handle: http.RequestListener, overrides: Partial<S3StoreOptions> = {}) => {
      server = http.createServer(handle).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return open({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...overrides });
    };
    /** Answers each request in turn, and notes the condition that it carried. */
    const answering = async (statuses: number[], overrides: Partial<S3StoreOptions> = {}) => {
      const conditions: (string | undefined)[] = [];
      const store = await serving((request, response) => {
        conditions.push(request.headers['if-none-match']);
        request.resume().once('end', () => response.writeHead(statuses.shift() ?? 500).end());
      }, overrides);
      return { store, conditions };
    };
    const claim = { ...JPEG, ifAbsent: true } as const;

    it('stores again after a first failure, and claims nothing meanwhile', async () => {
      const { store, conditions } = await answering([503, 500, 200, 200]);
      await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-unreachable'));
      await assert.rejects(store.put('key', BODY, JPEG), failingWith('store-unreachable'));
      await store.put('key', BODY, JPEG);
      await store.put('key', BODY, JPEG);
      assert.equal(conditions.length, 4); // one request a put: the caller owns retries
    });

    it('asks for an absent key by condition, and puts plainly where the server does not know it and that is allowed', async () => {
      const { store, conditions } = await answering([200, 412, 501, 200, 501, 200], { allowUnconditional: true });
      assert.equal(await store.put('key', BODY, claim), 'written');
      assert.equal(await store.put('key', BODY, claim), 'exists');
      assert.equal(await store.put('key', BODY, claim), 'written');
      assert.equal(await store.put('key', BODY, claim), 'written');
      assert.deepEqual(conditions, ['*', '*', '*', undefined, '*', undefined]);
    });

    it('goes on asking by condition after an answer that the server does not know it', async () => {
      const { store, conditions } = await answering([501, 412]);
      await assert.rejects(store.put('key', BODY, claim), failingWith('store-unconditional'));
      assert.equal(await store.put('key', BODY, claim), 'exists');
      assert.deepEqual(conditions, ['*', '*']);
    });

    it('is seen to hold to conditions', async () => {
      const { store } = await answering([200, 412]);
      assert.equal(await holdsToConditions(store), true);
    });

    it('is seen to ignore conditions', async () => {
      const { store } = await answering([200, 200]);
      assert.equal(await holdsToConditions(store), false);
    });

    it('is seen not to know conditions', async () => {
      const { store } = await answering([501]);
      await assert.rejects(holdsToConditions(store), failingWith('store-unconditional'));
    });

    it('tells a conflict and an object that is too large from an outage', async () => {
      const { store } = await answering([409, 413, 503]);
      await assert.rejects(store.put('key', BODY, claim), failingWith('store-conflict'));
      await assert.rejects(store.put('key', BODY, claim), failingWith('object-refused'));
      await assert.rejects(store.put('key', BODY, claim), failingWith('store-unreachable'));
    });

    it('is unreachable where the answer trickles', async () => {
      const trickle: http.RequestListener = (request, response) => {
        request.resume();
        response.writeHead(200, { 'content-length': 100 });
        const timer = setInterval(() => response.write('x'), 50);
        response.once('close', () => clearInterval(timer));
      };
      const store = await serving(trickle, { socketTimeoutMs: 300, requestTimeoutMs: 300 });
      const startedAtMs = Date.now();
      await assert.rejects(store.get('key'), failingWith('store-unreachable'));
      assert.ok(Date.now() - startedAtMs < 9000, `${Date.now() - startedAtMs} ms`);
    });

    it('is patient with a slow upload that goes on', async () => {
      const body = Buffer.alloc(600_000);
      const slow: http.RequestListener = (request, response) => {
        const timer = setInterval(() => void request.read(20_000), 50);
        request.once('end', () => {
          clearInterval(timer);
          response.end();
        });
      };
      const store = await serving(slow, { socketTimeoutMs: 1000, requestTimeoutMs: 500 });
      assert.equal(await store.put('key', body, JPEG), 'written');
    });
  });
});

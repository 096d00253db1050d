import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import type { ObjectStore, PutOutcome } from '../../adapters/object-store/object-store.js';
import { problemOf } from '../../contracts/errors.js';
import { allOf } from './all-of.js';
import { failingWith } from './failing-with.js';

const JPEG = { contentType: 'image/jpeg' };

/** What every object store does; `open` gives a store that nobody else uses, and empties it when it is closed. */
export function itStoresObjects(open: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  const put = (key: string, text = key): Promise<PutOutcome> => store.put(key, Buffer.from(text), JPEG);
  const keysUnder = async (prefix: string): Promise<string[]> =>
    (await allOf(store.list(prefix))).map(({ key }) => key);

  it('gives back what was put, with its type and metadata', async () => {
    const metadata = { sha256: 'a'.repeat(64), 'captured-at-ms': '1700000000000' };
    await store.put('a/b/1.jpg', Buffer.from('picture'), { ...JPEG, metadata });
    const info = { sizeBytes: 7, contentType: 'image/jpeg', metadata };
    assert.deepEqual(await store.get('a/b/1.jpg'), { ...info, body: Buffer.from('picture') });
    assert.deepEqual(await store.head('a/b/1.jpg'), info);
  });

  it('stores an empty object', async () => {
    await store.put('empty', new Uint8Array(), { contentType: 'text/plain' });
    assert.deepEqual(await store.get('empty'), {
      sizeBytes: 0,
      contentType: 'text/plain',
      metadata: {},
      body: Buffer.alloc(0),
    });
  });

  it('replaces the object of a key, metadata included', async () => {
    await store.put('key', Buffer.from('a long first body'), { ...JPEG, metadata: { turn: '1', old: 'yes' } });
    await store.put('key', Buffer.from('second'), { contentType: 'text/plain', metadata: { turn: '2' } });
    const found = await store.get('key');
    assert.equal(found?.body.toString(), 'second');
    assert.deepEqual(await store.head('key'), { sizeBytes: 6, contentType: 'text/plain', metadata: { turn: '2' } });
    assert.deepEqual(await keysUnder(''), ['key']);
  });

  it('answers undefined where there is no object', async () => {
    await put('folder/inside');
    for (const key of ['nothing', 'folder', 'folder/inside/deeper', 'folder/other']) {
      assert.equal(await store.get(key), undefined, key);
      assert.equal(await store.head(key), undefined, key);
    }
  });

  it('lists keys under a prefix, in order, with their sizes', async () => {
    const keys = ['t/x-y', 't/x/1', 't/x/10', 't/x/2', 't/x0', 'u', 't'.repeat(3)];
    for (const key of keys) await put(key);
    const expected = [...keys].sort();
    assert.deepEqual(await keysUnder(''), expected);
    assert.deepEqual(await keysUnder('t/x/'), ['t/x/1', 't/x/10', 't/x/2']);
    assert.deepEqual(await keysUnder('t/x/1'), ['t/x/1', 't/x/10']);
    assert.deepEqual(await keysUnder('t/x'), ['t/x-y', 't/x/1', 't/x/10', 't/x/2', 't/x0']);
    assert.deepEqual(await keysUnder('no/such'), []);
    const [{ modifiedMs, ...listed } = assert.fail('nothing is listed')] = await allOf(store.list('t/x/10'));
    assert.deepEqual(listed, { key: 't/x/10', sizeBytes: 6 });
    assert.ok(Math.abs(Date.now() - modifiedMs) < 60_000, String(modifiedMs));
  });

  it('lists what takes several pages, each key once', async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
    await Promise.all(keys.map((key) => put(key)));
    assert.deepEqual(await keysUnder('many/'), keys);
  });

  it('takes keys that need care elsewhere', async () => {
    const keys = [
      'a b',
      'plus+&=?#%25',
      'quote\'"',
      '(brackets)[x]{y}',
      'Übertragung/直播/😀.jpg',
      'a..b/...c',
      '~$!*;:@,',
    ];
    for (const key of keys) await put(key);
    for (const key of keys) assert.equal((await store.get(key))?.body.toString(), key);
    assert.deepEqual(new Set(await keysUnder('')), new Set(keys));
  });

  it('refuses keys that mean another place or none', async () => {
    for (const key of [
      '',
      '/absolute',
      '../up',
      'a/../../b',
      'a/./b',
      'a//b',
      'folder/',
      '..',
      'nul\0',
      'x'.repeat(1025),
    ]) {
      await assert.rejects(async () => put(key), failingWith('store-denied'), JSON.stringify(key.slice(0, 20)));
      assert.throws(() => store.url(key), failingWith('store-denied'));
    }
    assert.deepEqual(await keysUnder(''), []);
  });

  it('keeps one whole object of many puts at once', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.alloc(20_000 + index, index));
    const reading = new AbortController();
    const read = readWhile(reading.signal, async () => {
      const found = await store.get('contested');
      if (found) assertWhole(found.body, found.metadata);
    });
    await Promise.all(
      bodies.map((body) => store.put('contested', body, { ...JPEG, metadata: { sha256: sha256(body) } })),
    );
    reading.abort();
    await read;
    const found = await store.get('contested');
    assert.ok(found);
    assertWhole(found.body, found.metadata);
    assert.deepEqual(await keysUnder(''), ['contested']);
  });

  it('stores 5 MB', async () => {
    const body = randomBytes(5 * 1024 * 1024);
    await store.put('large', body, { contentType: 'video/mp4' });
    assert.equal(sha256((await store.get('large'))!.body), sha256(body));
  });

  it('writes a key that must be absent once, and leaves what is there', async () => {
    const claim = (text: string): Promise<PutOutcome> =>
      store.put('a/slot', Buffer.from(text), { ...JPEG, metadata: { by: text }, ifAbsent: true });
    assert.equal(await claim('first'), 'written');
    assert.equal(await claim('second'), 'exists');
    const info = { sizeBytes: 5, contentType: 'image/jpeg', metadata: { by: 'first' } };
    assert.deepEqual(await store.get('a/slot'), { ...info, body: Buffer.from('first') });
    assert.equal(await put('a/slot', 'plain'), 'written');
    assert.equal((await store.get('a/slot'))?.body.toString(), 'plain');
    assert.deepEqual(await keysUnder(''), ['a/slot']);
  });

  it('lets at most one of many writers at once have a key that must be absent', async () => {
    const claims = Array.from({ length: 20 }, async (_, index) => {
      const body = Buffer.alloc(20_000, index);
      // A conflict lets neither win; whoever lost it asks again.
      for (;;) {
        const options = { ...JPEG, metadata: { sha256: sha256(body) }, ifAbsent: true } as const;
        const outcome = await store.put('contested', body, options).catch(undefinedIfConflict);
        if (outcome) return { outcome, sha256: sha256(body) };
      }
    });
    const written = (await Promise.all(claims)).filter(({ outcome }) => outcome === 'written');
    assert.equal(written.length, 1);
    assert.equal((await store.head('contested'))?.metadata['sha256'], written[0]?.sha256);
  });

  it('stores nothing for a put that was aborted, and says so with the reason given', async () => {
    const reason = new Error('no longer wanted');
    const aborted = AbortSignal.abort(reason);
    await assert.rejects(store.put('key', Buffer.from('x'), { ...JPEG, signal: aborted }), reason);
    assert.equal(await store.head('key'), undefined);
  });
}

function undefinedIfConflict(error: unknown): undefined {
  if (problemOf(error)?.code !== 'store-conflict') throw error;
}

const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

const assertWhole = (body: Buffer, metadata: Record<string, string>): void =>
  assert.equal(sha256(body), metadata['sha256']);

async function readWhile(signal: AbortSignal, read: () => Promise<void>): Promise<void> {
  while (!signal.aborted) await read();
}

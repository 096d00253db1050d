import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LargeObjects } from '../../adapters/large-objects/large-objects.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import { allOf } from './all-of.js';
import { failingWith } from './failing-with.js';

const MIB = 1024 * 1024;
const MP4 = { contentType: 'video/mp4' };

export interface LargePair {
  large: LargeObjects;
  /** Of the same place. */
  store: ObjectStore;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What every store of large objects does; `open` gives one that nobody else uses. */
export function itStoresLargeObjects(open: () => Promise<LargePair>): void {
  let large: LargeObjects;
  let store: ObjectStore;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-large-'));
    ({ large, store } = await open());
  });
  afterEach(async () => {
    await Promise.all([large.close(), store.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const file = async (bytes: Uint8Array): Promise<string> => {
    const at = path.join(folder, `in-${sha256(bytes).slice(0, 8)}`);
    await writeFile(at, bytes);
    return at;
  };
  const target = (): string => path.join(folder, 'out');

  for (const [what, sizeBytes] of [
    ['nothing', 0],
    ['a small file', 1000],
    ['a file in several parts', 20 * MIB + 17],
  ] as const) {
    it(`gives back ${what}, with its type and metadata, to both kinds of reader`, async () => {
      const bytes = randomBytes(sizeBytes);
      const metadata = { sha256: sha256(bytes), unit: 'a1' };
      const info = { sizeBytes, contentType: 'video/mp4', metadata };
      assert.equal(await large.putFile('a/film.mp4', { path: await file(bytes), ...MP4, metadata }), 'written');
      assert.deepEqual(await store.head('a/film.mp4'), info);
      assert.equal(sha256((await store.get('a/film.mp4'))!.body), metadata.sha256);
      assert.deepEqual(await large.getFile('a/film.mp4', { path: target() }), info);
      assert.equal(sha256(await readFile(target())), metadata.sha256);
      assert.deepEqual(await large.measure('a/film.mp4'), { sizeBytes, sha256: metadata.sha256 });
      const listed = await allOf(store.list('a/'));
      assert.deepEqual(
        listed.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
        [{ key: 'a/film.mp4', sizeBytes }],
      );
    });
  }

  it('reads what the other port has written', async () => {
    await store.put('key', Buffer.from('picture'), { ...MP4, metadata: { k: 'v' } });
    const info = { sizeBytes: 7, contentType: 'video/mp4', metadata: { k: 'v' } };
    assert.deepEqual(await large.getFile('key', { path: target() }), info);
    assert.equal(await readFile(target(), 'utf8'), 'picture');
  });

  it('answers undefined, and leaves no file, where there is no object', async () => {
    await store.put('folder/inside', Buffer.from('x'), MP4);
    for (const key of ['nothing', 'folder']) {
      assert.equal(await large.getFile(key, { path: target() }), undefined);
      assert.equal(await large.measure(key), undefined);
    }
    assert.deepEqual(await readdir(folder), []);
  });

  it('leaves what is there, and lets one of many writers at once have the key', async () => {
    for (const sizeBytes of [1000, 17 * MIB]) {
      const key = `contested/${sizeBytes}`;
      const claims = await Promise.all(
        [1, 2, 3].map(async (writer) => {
          const bytes = Buffer.alloc(sizeBytes, writer);
          const metadata = { sha256: sha256(bytes) };
          return { outcome: await large.putFile(key, { path: await file(bytes), ...MP4, metadata }), ...metadata };
        }),
      );
      const written = claims.filter(({ outcome }) => outcome === 'written');
      assert.equal(written.length, 1);
      const again = await large.putFile(key, { path: await file(Buffer.alloc(sizeBytes, 9)), ...MP4 });
      assert.equal(again, 'exists');
      assert.equal((await large.getFile(key, { path: target() }))?.metadata['sha256'], written[0]?.sha256);
    }
    assert.equal(await large.abandonUploads({ prefix: '', beforeMs: Date.now() + 60_000 }), 0);
  });

  it('refuses an object whose bytes are not those of its hash, and leaves no file', async () => {
    await store.put('bad', Buffer.from('other bytes'), { ...MP4, metadata: { sha256: sha256(Buffer.from('bytes')) } });
    await assert.rejects(large.getFile('bad', { path: target() }), failingWith('object-damaged'));
    await assert.rejects(large.measure('bad'), failingWith('object-damaged'));
    assert.deepEqual(await readdir(folder), []);
  });

  it('tells how far it is', async () => {
    const bytes = randomBytes(20 * MIB);
    const sent: number[] = [];
    const got: number[] = [];
    await large.putFile('film', { path: await file(bytes), ...MP4, onProgress: (all) => sent.push(all) });
    await large.getFile('film', { path: target(), onProgress: (all) => got.push(all) });
    for (const steps of [sent, got]) {
      assert.ok(steps.length >= 10, String(steps.length));
      assert.equal(steps.at(-1), bytes.length);
    }
  });

  it('removes what is there of many, and says nothing of what is not', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `work/t1/${index}`);
    await Promise.all(keys.map((key) => store.put(key, Buffer.from(key), MP4)));
    await store.put('work/t2/0', Buffer.from('x'), MP4);
    await large.putFile('work/t1/large', { path: await file(Buffer.from('y')), ...MP4 });
    const removed = [...keys, 'work/t1/large', 'work/t1/never', ...Array.from({ length: 1000 }, (_, n) => `no/${n}`)];
    await large.remove(removed);
    await large.remove(removed);
    await large.remove([]);
    assert.deepEqual(
      (await allOf(store.list(''))).map(({ key }) => key),
      ['work/t2/0'],
    );
    await store.put('work/t1', Buffer.from('a key that was a folder'), MP4);
  });

  it('refuses keys that mean another place or none', async () => {
    const options = { path: await file(Buffer.from('x')), ...MP4 };
    for (const key of ['', '/absolute', '../up', 'a//b', 'nul\0']) {
      await assert.rejects(large.putFile(key, options), failingWith('store-denied'));
      await assert.rejects(large.getFile(key, { path: target() }), failingWith('store-denied'));
      await assert.rejects(large.remove([key]), failingWith('store-denied'));
    }
  });

  it('stops when its signal aborts, with the reason given, and leaves nothing to see', async () => {
    const bytes = randomBytes(40 * MIB);
    const reason = new Error('no longer wanted');
    const aborting = (): { signal: AbortSignal; onProgress(all: number): void } => {
      const wanted = new AbortController();
      return { signal: wanted.signal, onProgress: (all) => all > MIB && wanted.abort(reason) };
    };
    await assert.rejects(large.putFile('film', { path: await file(bytes), ...MP4, ...aborting() }), reason);
    assert.equal(await store.head('film'), undefined);
    await large.putFile('film', { path: await file(bytes), ...MP4 });
    await assert.rejects(large.getFile('film', { path: target(), ...aborting() }), reason);
    assert.deepEqual(await readdir(folder), [path.basename(await file(bytes))]);
  });

  it('gives an address by which the object can be read', async () => {
    await store.put('a/film.mp4', Buffer.from('film'), MP4);
    const url = new URL(await large.presign('a/film.mp4', { expiresS: 60 }));
    const text = url.protocol === 'file:' ? await readFile(url, 'utf8') : await (await fetch(url)).text();
    assert.equal(text, 'film');
  });
}

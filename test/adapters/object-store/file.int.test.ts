import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { allOf } from '../../port-suites/all-of.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { itStoresObjects } from '../../port-suites/object-store.js';

const JPEG = { contentType: 'image/jpeg' };

describe('objects in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-objects-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  itStoresObjects(() => Promise.resolve(fileObjectStore({ folder })));

  it('names an object by an address that opens its bytes', async () => {
    const store = fileObjectStore({ folder });
    await store.put('a b/1%.jpg', Buffer.from('picture'), JPEG);
    const url = store.url('a b/1%.jpg');
    assert.ok(url.startsWith('file:///'));
    assert.equal(await readFile(fileURLToPath(url), 'utf8'), 'picture');
  });

  it('keeps nothing of what was replaced', async () => {
    const store = fileObjectStore({ folder });
    for (const body of ['one', 'two', 'three']) await store.put('latest', Buffer.from(body), JPEG);
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    assert.equal(files.filter((entry) => !entry.isDirectory()).length, 3); // link, body, description
  });

  it('can be moved as a whole', async () => {
    await fileObjectStore({ folder }).put('a/b', Buffer.from('x'), { ...JPEG, metadata: { k: 'v' } });
    const elsewhere = path.join(folder, '..', `${path.basename(folder)}-moved`);
    await rename(folder, elsewhere);
    try {
      assert.deepEqual((await fileObjectStore({ folder: elsewhere }).head('a/b'))?.metadata, { k: 'v' });
    } finally {
      await rename(elsewhere, folder);
    }
  });

  it('reads files that were put there by hand', async () => {
    await mkdir(path.join(folder, 'uploads'));
    await writeFile(path.join(folder, 'uploads', 'film.mp4'), 'film');
    const store = fileObjectStore({ folder });
    const listed = await allOf(store.list(''));
    assert.deepEqual(
      listed.map(({ key, sizeBytes }) => ({ key, sizeBytes })),
      [{ key: 'uploads/film.mp4', sizeBytes: 4 }],
    );
    assert.equal((await store.get('uploads/film.mp4'))?.contentType, 'application/octet-stream');
  });

  it('is denied where its folder cannot be made, and works once it can', async () => {
    const blocked = path.join(folder, 'file');
    await writeFile(blocked, '');
    const store = fileObjectStore({ folder: path.join(blocked, 'objects') });
    await assert.rejects(store.put('key', Buffer.from('x'), JPEG), failingWith('store-denied'));
    await rm(blocked);
    await store.put('key', Buffer.from('x'), JPEG);
    assert.equal((await store.get('key'))?.body.toString(), 'x');
  });
});

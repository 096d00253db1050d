import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileLargeObjects } from '../../../adapters/large-objects/file.js';
import { fileObjectStore } from '../../../adapters/object-store/file.js';
import { failingWith } from '../../port-suites/failing-with.js';
import { itStoresLargeObjects } from '../../port-suites/large-objects.js';

describe('large objects in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'reelay-large-objects-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  itStoresLargeObjects(async () => ({ large: fileLargeObjects({ folder }), store: fileObjectStore({ folder }) }));

  it('throws away what a killed process has left, where it is old and of the prefix', async () => {
    const uploads = path.join(folder, '.objects', 'uploads');
    await mkdir(uploads, { recursive: true });
    for (const [name, key, ageS] of [
      ['old', 'acme/film', 100],
      ['new', 'acme/film', 0],
      ['foreign', 'other/film', 100],
    ] as const) {
      await writeFile(path.join(uploads, name), 'half');
      await writeFile(path.join(uploads, `${name}.key`), key);
      const at = new Date(Date.now() - ageS * 1000);
      await utimes(path.join(uploads, `${name}.key`), at, at);
    }
    const large = fileLargeObjects({ folder });
    assert.equal(await large.abandonUploads({ prefix: 'acme/', beforeMs: Date.now() - 50_000 }), 1);
    assert.deepEqual((await readdir(uploads)).sort(), ['foreign', 'foreign.key', 'new', 'new.key']);
  });

  it('is denied at once where its folder cannot be made', async () => {
    const blocked = path.join(folder, 'file');
    await writeFile(blocked, '');
    const large = fileLargeObjects({ folder: path.join(blocked, 'objects') });
    await assert.rejects(
      large.putFile('key', { path: blocked, contentType: 'text/plain' }),
      failingWith('store-denied'),
    );
  });
});

import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openScratch } from '../../activities/transcode/scratch.js';
import { openSpool } from '../../activities/delivery/spool.js';
import { fileObjectStore } from '../../adapters/object-store/file.js';
import { keepPrivate } from '../../runtime/keep-private.js';
import { useTempFolder } from '../dev/temp-folder.js';

describe('what a worker writes', () => {
  const folder = useTempFolder();
  const modeOf = async (name: string): Promise<number> => (await stat(join(folder(), name))).mode & 0o777;
  let before: number;
  beforeEach(() => {
    before = process.umask();
    keepPrivate();
  });
  afterEach(() => process.umask(before));

  it('is in a spool that nobody else may enter', async () => {
    const options = { maxBytes: 1_000_000, otherBytes: () => 0, onProblem: () => undefined };
    await (await openSpool({ ...options, folder: join(folder(), 'spool') })).close();
    assert.equal(await modeOf('spool'), 0o700);
  });

  it('is in a scratch folder that nobody else may enter', async () => {
    await (await openScratch({ folder: join(folder(), 'scratch'), maxBytes: 100 })).close();
    assert.equal(await modeOf('scratch'), 0o700);
  });

  it('is in a folder store that nobody else may read', async () => {
    const store = fileObjectStore({ folder: join(folder(), 'store') });
    await store.put('a/b', Buffer.from('x'), { contentType: 'text/plain' });
    assert.equal(await modeOf('store/a'), 0o700);
    assert.equal(await modeOf('store/a/b'), 0o600);
  });
});

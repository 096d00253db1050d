import assert from 'node:assert/strict';
import { mkdir, open, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isOpenedAt } from '../../../adapters/inputs/is-opened-at.js';
import { useTempFolder } from '../../dev/temp-folder.js';

describe('a file that was opened by its real path', () => {
  const folder = useTempFolder();

  async function openAfter(swap: (root: string) => Promise<void>): Promise<boolean> {
    const root = await realpath(folder());
    for (const name of ['in', 'outside']) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'a.mov'), name);
    }
    const real = await realpath(join(root, 'in', 'a.mov'));
    await swap(root);
    const file = await open(real);
    try {
      return await isOpenedAt(file, real);
    } finally {
      await file.close();
    }
  }

  it('is at that path', async () => assert.equal(await openAfter(async () => undefined), true));

  it('is at another one where its folder was swapped for a link meanwhile', async () => {
    const isThere = await openAfter(async (root) => {
      await rename(join(root, 'in'), join(root, 'away'));
      await symlink(join(root, 'outside'), join(root, 'in'));
    });
    assert.equal(isThere, false);
  });
});

import assert from 'node:assert/strict';
import { mkdir, realpath, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { fileInput } from '../../../adapters/inputs/file-input.js';
import { useTempFolder } from '../../dev/temp-folder.js';

const ROUNDS = 400;
const SECRET = 'not for anybody';

describe('a file whose folder is swapped for a link while it is opened', () => {
  const folder = useTempFolder();

  it('is never read through the link', async () => {
    const root = await realpath(folder());
    const [allowed, outside] = [join(root, 'allowed'), join(root, 'outside')];
    await mkdir(join(allowed, 'in'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(allowed, 'in', 'a.mov'), 'a film of mine.');
    await writeFile(join(outside, 'a.mov'), SECRET);
    await symlink(outside, join(allowed, 'link'));
    const { inspect, read } = fileInput({ allowFolders: [allowed] });
    const url = pathToFileURL(join(allowed, 'in', 'a.mov')).href;
    const work = { isOver: false };
    const swapping = (async () => {
      while (!work.isOver) {
        await rename(join(allowed, 'in'), join(allowed, 'away'));
        await rename(join(allowed, 'link'), join(allowed, 'in'));
        await rename(join(allowed, 'in'), join(allowed, 'link'));
        await rename(join(allowed, 'away'), join(allowed, 'in'));
      }
    })();
    const readThrough = async (): Promise<string> => {
      const { version } = await inspect(url, {});
      return String(await buffer(await read(url, { version, fromByte: 0 })));
    };
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) seen.add(await readThrough().catch(() => 'refused'));
    work.isOver = true;
    await swapping;
    assert.ok(!seen.has(SECRET));
  });
});

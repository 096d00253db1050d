import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { provision, type Recipe } from '../../dev/provision.js';
import { useTempFolder } from './temp-folder.js';

describe('provisioning', () => {
  const cache = useTempFolder();
  let builds: number;
  const recipe = (changes: Partial<Recipe> = {}): Recipe => ({
    name: 'tool',
    version: '1.0.0',
    product: 'tool',
    async build({ into }) {
      builds += 1;
      await writeFile(join(into, 'tool'), 'built');
    },
    ...changes,
  });
  const options = () => ({ cache: cache(), report: () => {} });
  beforeEach(() => {
    builds = 0;
  });

  it('takes what is installed before it looks into the cache', async () => {
    await mkdir(join(cache(), 'tool-1.0.0'));
    await writeFile(join(cache(), 'tool-1.0.0', 'tool'), 'cached');
    assert.equal(await provision(recipe({ installed: async () => '/usr/bin/tool' }), options()), '/usr/bin/tool');
    assert.equal(builds, 0);
  });

  it('takes what is in the cache before it builds', async () => {
    await mkdir(join(cache(), 'tool-1.0.0'));
    await writeFile(join(cache(), 'tool-1.0.0', 'tool'), 'cached');
    const tool = await provision(recipe({ installed: async () => undefined }), options());
    assert.equal(tool, join(cache(), 'tool-1.0.0', 'tool'));
    assert.equal(await readFile(tool, 'utf8'), 'cached');
    assert.equal(builds, 0);
  });

  it('builds once for all who ask at the same time', async () => {
    const tools = await Promise.all([1, 2, 3].map(() => provision(recipe(), options())));
    assert.deepEqual(new Set(tools), new Set([join(cache(), 'tool-1.0.0', 'tool')]));
    assert.equal(builds, 1);
  });

  it('leaves nothing of a build that fails, and builds again', async () => {
    const failing = recipe({
      async build({ into }) {
        await writeFile(join(into, 'tool'), 'half');
        throw new Error('no network');
      },
    });
    await assert.rejects(provision(failing, options()), /no network/);
    assert.deepEqual(await readdir(cache()), []);
    assert.equal(await readFile(await provision(recipe(), options()), 'utf8'), 'built');
  });

  it('removes what a build that was killed has left', async () => {
    await mkdir(join(cache(), '.tool-1.0.0-4711'));
    await provision(recipe(), options());
    assert.deepEqual(await readdir(cache()), ['tool-1.0.0']);
  });

  it('says that it waits, and stops waiting when told to', async () => {
    const release = await lock(join(cache(), 'tool-1.0.0'), { realpath: false });
    const stop = new AbortController();
    const reports: string[] = [];
    const report = (detail: string) => {
      reports.push(detail);
      stop.abort();
    };
    await assert.rejects(provision(recipe(), { cache: cache(), report, signal: stop.signal }), { name: 'AbortError' });
    assert.match(reports[0]!, /waiting for another run/);
    await release();
    assert.equal(builds, 0);
  });
});

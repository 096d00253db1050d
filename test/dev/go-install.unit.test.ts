import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { goRecipe } from '../../dev/go-install.js';
import { provision } from '../../dev/provision.js';
import { useTempFolder } from './temp-folder.js';

const recipe = goRecipe({
  name: 'tool',
  version: '1.2.3',
  module: 'example.com/cmd/tool',
  otherwise: 'set TOOL_ADDRESS',
});

describe('a Go program', () => {
  const folder = useTempFolder();
  const path = process.env['PATH'];
  const options = () => ({ cache: join(folder(), 'cache'), report: () => {} });
  afterEach(() => {
    process.env['PATH'] = path;
  });

  async function standInForGo(script: string): Promise<void> {
    await writeFile(join(folder(), 'go'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder(), 'go'), 0o755);
    process.env['PATH'] = `${folder()}${delimiter}${path}`;
  }

  it('is built by name and version into the cache', async () => {
    await standInForGo('echo "$@" > "$GOBIN/tool"');
    const tool = await provision(recipe, options());
    assert.equal(tool, join(folder(), 'cache', 'tool-1.2.3', 'tool'));
    assert.equal(await readFile(tool, 'utf8'), 'install example.com/cmd/tool@v1.2.3\n');
  });

  it('that cannot be built fails with the last lines and how to do without', async () => {
    await standInForGo('echo "no such module" >&2; exit 3');
    await assert.rejects(provision(recipe, options()), (error: { message: string; details: unknown[] }) => {
      assert.match(error.message, /^tool: go ended with exit code 3; its log is \S+; else set TOOL_ADDRESS$/);
      assert.deepEqual(error.details, [{ tail: ['no such module'] }]);
      return true;
    });
  });

  it('says what to install where there is no Go', async () => {
    process.env['PATH'] = folder();
    await assert.rejects(provision(recipe, options()), {
      type: 'tool-missing',
      message: 'tool 1.2.3 is not here and cannot be built: install Go, or set TOOL_ADDRESS',
    });
  });
});

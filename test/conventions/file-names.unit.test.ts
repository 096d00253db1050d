import assert from 'node:assert/strict';
import { isTypeScript, sourceFiles } from './source-files.js';

const KEBAB_CASE = /^(?:[a-z0-9-]+\/)+[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:unit|int|e2e)\.test)?\.ts$/;
const CATCH_ALL = /(?:^|\/)(?:utils?|helpers?|common|misc|manager)\.ts$/;

const isWellNamed = (path: string): boolean => KEBAB_CASE.test(path) && !CATCH_ALL.test(path);

describe('file names', () => {
  it('are kebab-case, say what is inside, and give the level of a test', () => {
    const paths = sourceFiles(isTypeScript).map(({ path }) => path);
    assert.deepEqual(
      paths.filter((path) => !isWellNamed(path)),
      [],
    );
  });

  for (const path of [
    'media/Probe.ts',
    'media/probe_file.ts',
    'media/utils.ts',
    'test/x.test.ts',
    'media/a.b.ts',
    'x.ts',
  ]) {
    it(`are not like ${path}`, () => assert.ok(!isWellNamed(path)));
  }
});

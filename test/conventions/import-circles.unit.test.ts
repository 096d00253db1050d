import assert from 'node:assert/strict';
import { dirname, join } from 'node:path/posix';
import { isTypeScript, sourceFiles, type SourceFile } from './source-files.js';
import { importsOf } from './syntax.js';

/** The files that lie on a circle of imports, types included. */
function onCircles(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const targets = new Map(files.map((file) => [file.path, importedBy(file).filter((target) => paths.has(target))]));
  return [...paths].filter((path) => reachable(path, targets).has(path));
}

const importedBy = ({ path, text }: SourceFile): string[] =>
  importsOf(text).map(({ specifier }) => join(dirname(path), specifier).replace(/\.js$/, '.ts'));

function reachable(from: string, targets: ReadonlyMap<string, string[]>): Set<string> {
  const found = new Set<string>();
  const open = [...(targets.get(from) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(targets.get(next) ?? []));
  }
  return found;
}

describe('imports', () => {
  it('make no circle anywhere, types included', () => {
    const files = sourceFiles(isTypeScript);
    assert.ok(files.length > 20, 'the sources were found');
    assert.deepEqual(onCircles(files), []);
  });

  it('make one where two files import each other, types included', () => {
    const files = [
      { path: 'a/x.ts', text: "import { y } from './y.js';" },
      { path: 'a/y.ts', text: "import type { X } from './x.js';" },
      { path: 'a/z.ts', text: "import { y } from './y.js';" },
    ];
    assert.deepEqual(onCircles(files), ['a/x.ts', 'a/y.ts']);
  });
});

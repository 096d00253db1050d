import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { sourceFiles } from './source-files.js';
import ts from 'typescript';
import { nodesOf, parse } from './syntax.js';
import { tableRows } from './table-rows.js';

const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const readsEnvironment = (path: string): boolean => /^(?:runtime\/config[^/]*|client\/connect)\.ts$/.test(path);

/** The names of environment variables that a source has as strings or as keys. */
function variablesIn(text: string): string[] {
  const names = nodesOf(parse(text)).flatMap((node) => {
    if (ts.isStringLiteral(node)) return [node.text];
    return ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) ? [node.name.text] : [];
  });
  return [...new Set(names.filter((name) => VARIABLE.test(name)))].sort();
}

const documentedVariables = (markdown: string): string[] =>
  tableRows(markdown)
    .map(([name = '']) => name)
    .filter((name) => VARIABLE.test(name))
    .sort();

describe('docs/configuration.md', () => {
  it('lists exactly the variables that are read', () => {
    const sources = sourceFiles(readsEnvironment);
    const docs = existsSync('docs/configuration.md') ? readFileSync('docs/configuration.md', 'utf8') : '';
    assert.deepEqual(documentedVariables(docs), variablesIn(sources.map(({ text }) => text).join('\n')));
  });

  it('would be held against keys and strings, and against the first cell of a row alone', () => {
    assert.deepEqual(variablesIn("const A = { REELAY_STORE: url, x: env['AWS_REGION'], MAX_LINES, y: 'a B_C' };"), [
      'AWS_REGION',
      'REELAY_STORE',
    ]);
    assert.deepEqual(documentedVariables('| `REELAY_STORE` | like `REELAY_EVENTS` |\n| `x` | y |'), ['REELAY_STORE']);
  });
});

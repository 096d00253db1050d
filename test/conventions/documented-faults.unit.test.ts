import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { expectationTable } from '../../chaos/report.js';
import { ROWS } from '../../chaos/rows.js';

const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The rows of a table as they are, whatever its columns are padded with, as long as they name a row of ours. */
const linesOf = (markdown: string): string[] =>
  markdown
    .split('\n')
    .filter((line) => ROWS.some(({ name }) => line.includes(`\`${name}\``)))
    .map((line) => line.replace(/ {2,}/g, ' '));

describe('docs/failures.md', () => {
  it('says of each row of the fault table what it must show', () => {
    assert.deepEqual(linesOf(readFileSync('docs/failures.md', 'utf8')), expectationTable(ROWS).map(lineOf));
  });

  it('would not agree with a limit told otherwise', () => {
    const lines = expectationTable(ROWS).map(lineOf);
    assert.notDeepEqual(linesOf(lines.join('\n').replace('worker-lost 10s', 'worker-lost 11s')), lines);
  });
});

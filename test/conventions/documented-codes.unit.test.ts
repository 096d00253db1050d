import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ERRORS } from '../../contracts/errors.js';
import { tableRows } from './table-rows.js';

const CATALOGUE = new Map(
  Object.entries(ERRORS).map(([code, { fault, retryable }]) => [code, `${fault}, ${retryable ? 'retried' : 'final'}`]),
);

/** Code, whose fault and whether it is retried, as the tables say. */
function documentedCodes(markdown: string): Map<string, string> {
  const codes = new Map<string, string>();
  for (const [code = '', meaning, fault, retried, does, action] of tableRows(markdown)) {
    assert.ok(!codes.has(code), `${code} stands twice`);
    assert.ok(meaning && does && action, `${code} has an empty cell`);
    codes.set(code, `${fault}, ${retried === 'yes' ? 'retried' : 'final'}`);
  }
  return codes;
}

describe('docs/failures.md', () => {
  it('lists exactly the codes of the catalogue, with the same fault and the same retry', () => {
    assert.deepEqual([...documentedCodes(readFileSync('docs/failures.md', 'utf8'))].sort(), [...CATALOGUE].sort());
  });

  it('would not agree with a code left out, added, doubled or told otherwise', () => {
    const line = '| `store-denied` | m | destination | no | d | a |\n';
    assert.deepEqual([...documentedCodes(`|---|\n${line}`)], [['store-denied', 'destination, final']]);
    assert.throws(() => documentedCodes(`|---|\n${line}${line}`), /twice/);
    assert.throws(() => documentedCodes('|---|\n| `store-denied` | m | destination | no | | a |\n'), /empty/);
    assert.notEqual(documentedCodes(line.replace('no', 'yes')).get('store-denied'), CATALOGUE.get('store-denied'));
  });
});

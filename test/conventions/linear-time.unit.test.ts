import assert from 'node:assert/strict';
import { expressionsOf, piecesOf, slowTextFor } from './linear-time.js';
import { isTypeScript, sourceFiles } from './source-files.js';

/** Rooms that look at what callers, sources, stores and topics say. */
const FOREIGN = /^(?:contracts|media|adapters|activities|client|server|records|workflows)\//;

const lookFor =
  (expression: RegExp) =>
  (text: string): void => {
    text.replace(new RegExp(expression, expression.flags.replace('y', '')), '');
  };

const slowTextOf = (expression: RegExp): string | undefined => slowTextFor(lookFor(expression), piecesOf(expression));

describe('a regular expression', () => {
  for (const { path, text } of sourceFiles((path) => isTypeScript(path) && FOREIGN.test(path))) {
    const expressions = expressionsOf(text);
    if (expressions.length === 0) continue;
    it(`of ${path} takes linear time`, () => {
      for (const expression of expressions) assert.equal(slowTextOf(expression), undefined, String(expression));
    }).timeout(60_000);
  }
});

describe('the test of linear time', () => {
  for (const [what, expression] of [
    ['an end that is looked for from each place', /[/:,;.)\]}]+$/],
    ['two runs of the same', /a=[ ]*[ ]*b/],
    ['a word with anything behind it', /Could not .* Video/],
  ] satisfies [string, RegExp][]) {
    it(`finds ${what}`, () => assert.notEqual(slowTextOf(expression), undefined));
  }
});
